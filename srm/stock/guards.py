"""What may be done by hand with a store, and what only documents do."""

from __future__ import annotations

from django.db.models import Model
from django.utils.translation import gettext as _

from srm.core.errors import RuleBroken
from srm.stock.models import Warehouse


def why_not_editable(warehouse: Warehouse) -> str:
    """Why a store cannot be changed by hand; "" when it can."""
    if not warehouse.holder:
        return ""
    return _("It stands for goods that lie with somebody else, and is kept by the documents they were handed over for.")


def require_document(warehouse: Warehouse, document: Model | None) -> None:
    """Refuse to move by hand what lies with somebody else: it moves by the document it was handed over for.

    Raises:
        RuleBroken
    """
    if warehouse.holder and document is None:
        raise RuleBroken(
            [_("%(warehouse)s: these goods lie with somebody else. Move them at the order they were sent for.")
             % {"warehouse": warehouse}]
        )  # fmt: skip
