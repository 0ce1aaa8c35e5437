"""Start-up wiring of the kits below: they may not import flow, so flow hands itself down."""

from django.apps import apps
from django.db.models.signals import post_migrate

from srm.audit import append_only


def guard_tables(**_options: object) -> None:
    """After every migration the append-only triggers are put (back) in place."""
    append_only.install()


post_migrate.connect(guard_tables, sender=apps.get_app_config("kraljic"), dispatch_uid="append_only")
