"""Finds the rooms of a package and imports their declaring modules, so that the registries are full at start-up."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

PACKAGES = ("srm", "suppliers", "procurement", "kraljic")
DECLARING = ("services", "accounts", "notices", "jobs", "exchange", "panels", "readiness", "references")
_NOT_ROOMS = {"migrations", "management", "locale", "static"}


def rooms(package: str) -> list[str]:
    """Dotted names of the rooms of `package` and of the parts of large rooms (`integrations.ledger`).

    A package that is one flat room is itself in the list.
    """
    folder = Path(import_module(package).__file__ or "").parent
    found = sorted(
        ".".join([package, *marker.parent.relative_to(folder).parts])
        for marker in folder.rglob("__init__.py")
        if marker.parent != folder and not _NOT_ROOMS & set(marker.parent.relative_to(folder).parts)
    )
    return found or [package]


def modules(name: str, packages: tuple[str, ...] = PACKAGES) -> list[tuple[str, ModuleType]]:
    """(room, module) for every room that has a module `name`, imported."""
    return [
        (room, import_module(f"{room}.{name}"))
        for package in packages
        for room in rooms(package)
        if find_spec(f"{room}.{name}") is not None
    ]


def import_modules(package: str, names: tuple[str, ...]) -> None:
    """Import the modules `names` of every room of `package`."""
    for name in names:
        modules(name, (package,))
