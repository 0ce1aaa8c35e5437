"""Load a code list from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from srm.catalog.codes.services import load_codes
from srm.core.actor import SYSTEM
from srm.core.errors import DomainError
from srm.exchange.readers import read_table
from srm.flow.uow import unit_of_work


class Command(BaseCommand):
    """Reads a file as the page does, and says what came of it."""

    help = "Load a list of codes (CPV, ОКПД2, UNSPSC, your own) from CSV or XLSX; loading a newer one again is safe."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, and which list it is."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--system", required=True, help="cpv, okpd2, unspsc, or a short name of your own")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load it in one transaction."""
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        try:
            with read_table(path, name=path.name) as table, unit_of_work():
                done = load_codes(table, system=options["system"], actor=SYSTEM)
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"{done.system}: {done.count} codes read, {done.added} added, {done.changed} with other names."
        )
