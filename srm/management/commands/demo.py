"""`manage.py demo`: load the demo company, or say who may log in to it."""

from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from srm.home.demo import accounts, load
from srm.home.demo.progress import Progress


class Command(BaseCommand):
    help = "Load the demo company into an empty installation and print its log-ins."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing but print the log-ins when data is there"
        )
        parser.add_argument("--seed", type=int, default=1, help="another seed, another history (default 1)")
        parser.add_argument(
            "--scale", choices=sorted(load.SCALES), default="full", help="how much history (default full)"
        )
        parser.add_argument("--force", action="store_true", help="in the production profile, too")

    def handle(self, *, if_empty: bool, seed: int, scale: str, force: bool, **_options: object) -> None:
        if settings.PROFILE == "production" and not force:
            raise CommandError("This is a production installation: the demo company has log-ins that everybody knows.")
        if load.is_there():
            self.stdout.write(accounts.table())
            return
        if load.was_begun():
            raise CommandError("Loading the demo company was interrupted. Delete the database and start again.")
        if not load.is_empty():
            if if_empty:
                return
            raise CommandError("There is data already; the demo company is only loaded into an empty installation.")
        progress = Progress(self.stdout)
        load.load(progress, seed=seed, scale=scale)
        progress.show(f"Demo company loaded in {sum(progress.seconds.values()):.0f} s.", last=True)
        self.stdout.write(accounts.table())
