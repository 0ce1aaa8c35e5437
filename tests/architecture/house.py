"""What the tests of the architecture know about the house: its files, its rooms, its floors."""

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("srm", "suppliers", "procurement", "kraljic")
# Folders inside a package that hold no room.
NOT_ROOMS = {"migrations", "management", "locale", "static", "__pycache__"}


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the project, as git knows it: new ones too, ignored ones not."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        return tuple(sorted(_unpacked()))
    return tuple(path for path in (ROOT / name for name in sorted(set(listed))) if path.is_file())


def _unpacked() -> Iterator[Path]:
    """The same for a project that was unpacked from an archive: what set-up made is left out by name."""
    made = {".git", ".venv", "node_modules", "var", "vendor", "__pycache__", ".env"}
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        if path.is_file() and not made & set(parts) and not parts[0].endswith("_cache") and path.suffix != ".mo":
            yield path


def sources() -> list[Path]:
    """The product's Python files, migrations left out."""
    return [
        path
        for path in tracked()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in PACKAGES and "migrations" not in path.parts
    ]


@cache
def tree(path: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def where(path: Path, node: ast.AST) -> str:
    """A place in the code, as an editor opens it."""
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def rooms() -> list[Path]:
    """The folder of every room; a package without rooms is itself one."""
    found = []
    for package in PACKAGES:
        inner = sorted(
            folder
            for folder in (ROOT / package).iterdir()
            if folder.is_dir() and folder.name not in NOT_ROOMS and any(folder.glob("*.py"))
        )
        found += inner or [ROOT / package]
    return found


def module_of(path: Path) -> str:
    """The dotted name of a source file: srm/jobs/services.py -> srm.jobs.services."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def room_of(module: str) -> str:
    """The dotted name of the room that a module belongs to: procurement.bids.models -> procurement.bids."""
    parts = module.split(".")
    folder = ROOT.joinpath(*parts[:2])
    return ".".join(parts[:2]) if len(parts) > 1 and folder.is_dir() else parts[0]


@cache
def floors() -> dict[str, tuple[int, int]]:
    """How high each room lies, read from the import rules: a bigger number is further down."""
    with (ROOT / "pyproject.toml").open("rb") as stream:
        contracts = {one["id"]: one for one in tomllib.load(stream)["tool"]["importlinter"]["contracts"]}
    heights: dict[str, tuple[int, int]] = {}
    for level, layer in enumerate(contracts["house"]["layers"]):
        for name in _names(layer):
            heights[name] = (level, 0)
            for inner, inner_layer in enumerate(contracts.get(name, {}).get("layers", ())):
                heights.update({f"{name}.{room}": (level, inner) for room in _names(inner_layer)})
    return heights


def _names(layer: str) -> list[str]:
    return [word.strip("()") for word in layer.replace("|", " ").replace(":", " ").split()]
