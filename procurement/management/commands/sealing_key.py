"""Print a new application key for sealing."""

from typing import Any

from django.core.management.base import BaseCommand

from procurement.tenders.keys import new_identity


class Command(BaseCommand):
    """Prints a key for SEALING_KEY; it is kept nowhere."""

    help = (
        "Print a new key for SEALING_KEY. To change keys, write the new one before the old one, separated by a blank."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        self.stdout.write(new_identity())
