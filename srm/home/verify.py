"""What must always hold, checked from the outside: one list of (what, faults)."""

from __future__ import annotations

from collections.abc import Iterator

from procurement.handouts import selectors as handouts
from procurement.integrations.ledger import services as ledger
from procurement.integrations.models import LedgerExport
from procurement.requests import selectors as requests
from procurement.subcontracting import selectors as subcontracting
from srm.audit import append_only
from srm.audit import selectors as audit
from srm.budget.models import BudgetEntry, BudgetLine
from srm.core.errors import DomainError
from srm.core.money import Sum
from srm.stock import selectors as stock

WHY = "verification reads everything"


def checks() -> Iterator[tuple[str, list[str]]]:
    """(name, faults) of each check, in the order of what would hurt most."""
    yield "audit chain", audit.verify()
    yield "append-only triggers", [f"{table} can be changed" for table in append_only.missing()]
    yield "allocation ledger", requests.verify()
    yield "budgets are the sums of their entries", _budgets()
    yield "stock levels are the sums of their moves", stock.disagreements()
    yield "stock is promised to the requests that the ledger names", handouts.disagreements()
    yield "materials at suppliers are what was sent and not used", subcontracting.disagreements()
    yield "sealed ledger batches", _batches()


def _budgets() -> list[str]:
    found = []
    for bucket in ("reserved", "committed", "spent"):
        sums = dict(
            BudgetEntry.objects.unscoped(WHY).filter(bucket=bucket).values_list("line_id").annotate(total=Sum("amount"))
        )
        for line in BudgetLine.objects.unscoped(WHY).select_related("cost_center"):
            if getattr(line, bucket) != sums.get(line.pk, 0):
                found.append(f"{line}: {bucket} is {getattr(line, bucket)}, its entries say {sums.get(line.pk, 0)}")
    return found


def _batches() -> list[str]:
    found = []
    for export in LedgerExport.objects.unscoped(WHY).exclude(sha256=""):
        for ending in ("csv", "xlsx"):
            try:
                ledger.file_of(export, ending)
            except (DomainError, OSError) as fault:
                found.append(f"{export} {ending}: {fault}")
    return found
