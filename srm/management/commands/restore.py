"""Put an encrypted backup back into an empty database, and verify it."""

from getpass import getpass
from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from srm import env
from srm.home.backup import BackupError, restore


class Command(BaseCommand):
    help = "Restore a backup into the configured, empty database and folders; then verify."

    def add_arguments(self, parser) -> None:
        parser.add_argument("source", type=Path)

    def handle(self, *args: object, **options) -> None:
        passphrase = env.text("BACKUP_PASSPHRASE") or getpass("Passphrase: ")
        try:
            restore(options["source"], passphrase)
        except BackupError as fault:
            raise CommandError(str(fault)) from fault
        call_command("verify", stdout=self.stdout)
