"""An OpenID Connect provider on loopback that signs what a test tells it to."""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from hashlib import sha256
from urllib.parse import urlencode

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "wenda", "geheim"


class FakeProvider:
    """Signs whoever comes on as ``claims`` say; ``sign`` may be replaced."""

    def __init__(self, address: str) -> None:
        self.issuer = address
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.claims: dict[str, object] = {"preferred_username": "zhangsan", "name": "张三"}
        self.algorithm = "RS256"
        self.signing_key: rsa.RSAPrivateKey | str = self.key
        self._codes: dict[str, dict[str, str]] = {}

    @property
    def routes(self) -> list[Route]:
        """What it answers."""
        return [
            Route("/.well-known/openid-configuration", self._describe),
            Route("/authorize", self._authorize),
            Route("/token", self._token, methods=["POST"]),
            Route("/keys", self._keys),
        ]

    def _describe(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
        )

    def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        code = f"code-{len(self._codes)}"
        self._codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", 303)

    async def _token(self, request: Request) -> Response:
        form = await request.form()
        asked = self._codes.pop(str(form["code"]), None)
        expected = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        proof = base64.urlsafe_b64encode(sha256(str(form["code_verifier"]).encode()).digest())
        if (
            asked is None
            or request.headers.get("authorization") != f"Basic {expected}"
            or proof.rstrip(b"=").decode() != asked["code_challenge"]
            or form["redirect_uri"] != asked["redirect_uri"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        moment = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "1001",
            "iat": moment,
            "exp": moment + 300,
            "nonce": asked["nonce"],
            **self.claims,
        }
        token = jwt.encode(claims, self.signing_key, self.algorithm, headers={"kid": "1"})
        return JSONResponse({"id_token": token, "access_token": "x", "token_type": "Bearer"})

    def _keys(self, _: Request) -> Response:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return JSONResponse({"keys": [{**public, "kid": "1", "use": "sig", "alg": "RS256"}]})


@contextlib.contextmanager
def providing() -> Iterator[FakeProvider]:
    """Yield a provider that listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        provider = FakeProvider(f"http://127.0.0.1:{listener.getsockname()[1]}")
        app = Starlette(routes=provider.routes)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield provider
        finally:
            server.should_exit = True
            thread.join(timeout=30)
