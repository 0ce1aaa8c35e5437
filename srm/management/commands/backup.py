"""Write an encrypted backup of database, files and keys."""

from getpass import getpass
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from srm import env
from srm.home.backup import BackupError, backup


class Command(BaseCommand):
    help = "Write an encrypted backup; the passphrase is asked for, or read from BACKUP_PASSPHRASE (or its _FILE)."

    def add_arguments(self, parser) -> None:
        parser.add_argument("target", type=Path)

    def handle(self, *args: object, **options) -> None:
        passphrase = env.text("BACKUP_PASSPHRASE") or getpass("Passphrase: ")
        try:
            size = backup(options["target"], passphrase)
        except BackupError as fault:
            raise CommandError(str(fault)) from fault
        self.stdout.write(f"{options['target']}: {size / 1_000_000:.1f} MB")
