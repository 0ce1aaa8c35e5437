"""`manage.py ticker`: the process that does what time demands. Run one; a second one waits as its stand-in."""

import signal
from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from srm.jobs import readiness, ticker


class Command(BaseCommand):
    help = "Deliver mails and webhooks, run due events, wake jobs of dead workers, tidy up."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="run every task that is due once, then leave")
        parser.add_argument("--interval", type=float, default=ticker.ROUND, help="seconds between rounds (default 2)")

    def handle(self, *, once: bool, interval: float, **_options) -> None:
        readiness.refuse_wrong_database()
        if once:
            self.stdout.write(f"{ticker.run_once()} tasks ran.")
            return
        loop = ticker.Ticker(interval)
        signal.signal(signal.SIGTERM, loop.stop)
        signal.signal(signal.SIGINT, loop.stop)
        loop.run()
