# docker build -t assistant . && docker run --rm -p 7860:7860 assistant
FROM python:3.11-slim

RUN apt-get update \
 && apt-get install -y --no-install-recommends make \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home assistant

WORKDIR /app
COPY --chown=assistant . .
RUN chown assistant /app
USER assistant

# The index is part of the image, so a container answers within seconds and writes nothing.
RUN make index

ENV HOST=0.0.0.0
EXPOSE 7860
HEALTHCHECK --start-period=60s \
  CMD [".venv/bin/python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/readyz')"]
CMD ["make", "serve"]
