"""Run web, worker and ticker together, and stop them together."""

import os
import shlex
import signal
import socket
import sys

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from honcho.manager import Manager

from srm import env

# Seconds a web worker may finish its answers in. Live pages hold a connection open for ever, so they are cut
# off then; honcho kills whatever is left after five.
GRACE = 4


def processes(host: str, port: int, workers: int) -> dict[str, list[str]]:
    """The command line of each process, by its name in the output."""
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    web = [sys.executable, "-m", "granian", "--interface", "asginl", "--no-ws", "--host", host, "--port", str(port)]
    web += ["--workers", str(workers), "--workers-kill-timeout", str(GRACE), "--respawn-failed-workers"]
    web += ["--log-level", "warning", "srm.asgi:application"]
    found = {"web": web, "worker": [*manage, "db_worker", "--queue-name", "*"]}
    if "ticker" in get_commands():
        found["ticker"] = [*manage, "ticker"]
    return found


def require_free(host: str, port: int) -> None:
    """Say at once, in one sentence, when the port is taken; the server would only show a traceback."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            raise CommandError(f"{host}:{port} cannot be used ({fault.strerror}); set PORT to another one.") from fault


class Command(BaseCommand):
    help = "Run web, worker and ticker together until Ctrl-C."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--prepare", action="store_true", help="bring the installation up to date first")

    def handle(self, *args: object, **options: object) -> None:
        host, port = env.text("HOST", "127.0.0.1"), env.number("PORT", 8000, low=1, high=65535)
        require_free(host, port)
        if options["prepare"]:
            call_command("prepare", stdout=self.stdout)
        connections.close_all()
        workers = env.number("WEB_WORKERS", 1, low=1, high=64)
        manager = Manager()
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", "DJANGO_SETTINGS_MODULE": "srm.settings"}
        for name, command in processes(host, port, workers).items():
            # `exec`, so that a signal reaches the process and not a shell around it.
            manager.add_process(name, f"exec {shlex.join(command)}", env=environment, cwd=str(settings.BASE_DIR))
        # A closed terminal must not leave the three behind.
        signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
        self.stdout.write(f"Open {settings.BASE_URL}/ (Ctrl-C stops).")
        self.stdout.flush()
        manager.loop()
        # Being asked to stop is no failure.
        stopped = (128 + signal.SIGINT, 128 + signal.SIGTERM)
        sys.exit(0 if manager.returncode in stopped else manager.returncode)
