"""Compile .po files into .mo files by Babel: needs no gettext tools on the machine."""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


def compile_catalogs(folders: list[Path], *, force: bool = False) -> list[Path]:
    """Write the .mo beside each .po that is newer than it; returns what was written."""
    sources = sorted(source for folder in folders for source in folder.glob("*/LC_MESSAGES/*.po"))
    stale = [source for source in sources if force or _is_stale(source)]
    for source in stale:
        _write(source, _read(source))
    return stale


def _is_stale(source: Path) -> bool:
    target = source.with_suffix(".mo")
    return not target.exists() or target.stat().st_mtime < source.stat().st_mtime


def _read(source: Path) -> Catalog:
    with source.open("rb") as stream:
        catalog = read_po(stream, locale=source.parent.parent.name)
    # A translation with a wrong placeholder would raise when the page is shown: better here, by its line.
    faults = [f"{source.name}:{message.lineno}: {fault}" for message, found in catalog.check() for fault in found]
    if faults:
        raise CommandError(f"{source} has faults:\n" + "\n".join(faults))
    return catalog


def _write(source: Path, catalog: Catalog) -> None:
    # Written aside and moved: a server that starts meanwhile never reads half a catalogue.
    aside = source.with_suffix(".mo.new")
    with aside.open("wb") as stream:
        write_mo(stream, catalog)
    aside.replace(source.with_suffix(".mo"))


class Command(BaseCommand):
    help = "Compile translations (.po to .mo) by Babel."
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("--force", action="store_true", help="compile all, not only what changed")

    def handle(self, *args: object, **options: object) -> None:
        written = compile_catalogs([Path(folder) for folder in settings.LOCALE_PATHS], force=bool(options["force"]))
        self.stdout.write(f"{len(written)} translation catalogues compiled.")
