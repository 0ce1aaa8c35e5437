"""Bring an installation up to date before it serves; does only what is not done yet."""

import hashlib

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def migrations_wait() -> bool:
    """Whether the database lacks a migration."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def cache_tables_wait() -> bool:
    """Whether a cache that lives in the database has no table yet."""
    tables = set(connection.introspection.table_names())
    wanted = {cache._table for cache in caches.all() if isinstance(cache, DatabaseCache)}  # type: ignore[attr-defined]
    return not wanted <= tables


def static_digest() -> str:
    """What the static files are now, by name, size and time of change."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            digest.update(f"{path} {storage.size(path)} {storage.get_modified_time(path)}\n".encode())
    return digest.hexdigest()


class Command(BaseCommand):
    help = "Migrate, compile translations, collect static files; in the demo profile load the demo company."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="leave the demo company out")

    def handle(self, *args: object, **options: object) -> None:
        call_command("compile_translations", stdout=self.stdout)
        if migrations_wait():
            call_command("migrate", interactive=False)
        if cache_tables_wait():
            call_command("createcachetable")
        self.collect_static()
        if settings.PROFILE == "demo" and not options["no_demo"] and "demo" in get_commands():
            call_command("demo", "--if-empty", stdout=self.stdout)

    def collect_static(self) -> None:
        """Collect and compress static files when any of them has changed."""
        stamp = settings.STATIC_ROOT.parent / "static.digest"
        manifest = settings.STATIC_ROOT / "staticfiles.json"
        now = static_digest()
        if manifest.exists() and stamp.exists() and stamp.read_text() == now:
            return
        call_command("collectstatic", interactive=False, verbosity=0)
        self.stdout.write("Static files collected.")
        stamp.write_text(now)
