"""Start-up wiring of the kits below: they may not import flow, so flow hands itself down."""

from django.apps import apps
from django.db.models.signals import post_migrate

from srm.audit import append_only
from srm.audit import services as audit
from srm.core import text_index
from srm.flow.uow import unit_of_work
from srm.rest import edge
from srm.ui.slots import provides

provides("unit_of_work")(unit_of_work)
provides("security")(audit.security)
edge.records_with(audit.record)


def guard_tables(**_options: object) -> None:
    """After every migration the append-only triggers and the index of searched texts are put (back) in place."""
    append_only.install()
    text_index.install()


post_migrate.connect(guard_tables, sender=apps.get_app_config("kraljic"), dispatch_uid="append_only")
