"""Collecting, sealing and handing over ledger batches."""

from __future__ import annotations

import datetime as dt
import hashlib
import io

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from procurement.integrations.ledger import postings
from procurement.integrations.models import LedgerEntry, LedgerExport
from procurement.receipts.models import GoodsReceipt
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, Missing, RuleBroken
from srm.exchange.writers import CsvTable, XlsxBook
from srm.flow import records
from srm.flow.perform import give_number
from srm.flow.registry import effect
from srm.people.models import LegalEntity

LEDGER = "purchases"


def create_export(
    *, actor: Actor, legal_entity: LegalEntity, period_from: dt.date, period_to: dt.date, ledger: str = LEDGER
) -> LedgerExport:
    """A draft batch of the period's receipts and reversals that no batch holds yet.

    Raises:
        InvalidInput: the period is upside down. RuleBroken: nothing of the period is waiting.
    """
    if period_from > period_to:
        raise InvalidInput({"period_to": _("The end must not come before the beginning.")})
    export = records.create(
        LedgerExport,
        actor=actor,
        legal_entity=legal_entity,
        period_from=period_from,
        period_to=period_to,
        ledger=ledger,
    )
    waiting = _waiting(export)
    if not waiting:
        raise RuleBroken(_("No posted receipts of this period are waiting for an export."))
    LedgerEntry.objects.unscoped("batch being written").bulk_create(
        [LedgerEntry(export=export, ledger=ledger, document_kind=kind, document_id=key) for kind, key in waiting],
        batch_size=500,
    )
    return export


def _waiting(export: LedgerExport) -> list[tuple[str, str]]:
    """(kind, id) of what the batch takes: receipts, and reversals of receipts, each once per ledger."""
    receipts = GoodsReceipt.objects.unscoped("collecting a ledger batch").filter(
        legal_entity=export.legal_entity, state__in=["posted", "reversed"], received_on__gte=export.period_from,
        received_on__lte=export.period_to,
    )  # fmt: skip
    taken = set(
        LedgerEntry.objects.unscoped("what is exported already")
        .filter(ledger=export.ledger)
        .values_list("document_kind", "document_id")
    )
    found = []
    for public_id, state in receipts.order_by("received_on", "number").values_list("public_id", "state"):
        found.append((postings.RECEIPT, public_id))
        if state == "reversed":
            found.append((postings.REVERSAL, public_id))
    return [pair for pair in found if pair not in taken]


def drop_draft(export: LedgerExport, *, actor: Actor) -> None:
    """Give up a draft; what it held can be collected again."""
    records.refuse_unless_draft(export, "draft")
    records.remove(export, actor=actor)


@effect(LedgerExport, "seal")
def on_seal(export: LedgerExport, *, actor: Actor, **_details: object) -> None:
    """Write both files, the control totals and the hashes; the batch gets its number first, for it stands in the rows."""
    give_number(export)
    before = (
        LedgerExport.objects.unscoped("the chain of batches")
        .filter(ledger=export.ledger, legal_entity=export.legal_entity)
        .exclude(sha256="")
        .order_by("-number")
        .first()
    )
    rows = list(postings.rows_of(export))
    body = csv_bytes(rows)
    workbook = xlsx_bytes(export, rows)
    export.control = postings.totals_of(rows)
    export.sha256 = hashlib.sha256(body).hexdigest()
    export.xlsx_sha256 = hashlib.sha256(workbook).hexdigest()
    export.previous_sha256 = before.sha256 if before else ""
    export.csv_name = _store(export, "csv", body)
    export.xlsx_name = _store(export, "xlsx", workbook)
    export.save()


def csv_bytes(rows: list[list]) -> bytes:
    """The rows as CSV: UTF-8 with BOM, semicolons, decimal points, no formula left alive."""
    stream = io.BytesIO()
    with CsvTable(stream, bom=True, delimiter=";") as table:
        table.append_rows([[column.label for column in postings.COLUMNS]])
        table.append_rows(rows)
    return stream.getvalue()


def xlsx_bytes(export: LedgerExport, rows: list[list]) -> bytes:
    """The rows as a workbook with a sheet of control totals."""
    totals = postings.totals_of(rows)
    stream = io.BytesIO()
    with XlsxBook(stream) as book:
        book.write_table("postings", postings.COLUMNS, rows)
        book.write_facts(
            "control",
            [("batch", export.number), ("ledger", export.ledger), ("from", export.period_from.isoformat()),
             ("to", export.period_to.isoformat()), ("rows", totals["rows"]), ("documents", totals["documents"]),
             *[(f"net {key}", value) for key, value in totals["net"].items()],
             *[(f"net base {key}", value) for key, value in totals["net_base"].items()]],
        )  # fmt: skip
    return stream.getvalue()


def _store(export: LedgerExport, ending: str, body: bytes) -> str:
    """Keep the sealed bytes under a name of their own; a rolled-back seal leaves a file nobody refers to."""
    name = f"ledger/{export.public_id}-{hashlib.sha256(body).hexdigest()[:12]}.{ending}"
    return name if default_storage.exists(name) else default_storage.save(name, ContentFile(body))


def file_of(export: LedgerExport, ending: str) -> bytes:
    """The sealed bytes, checked against their hash.

    Raises:
        Missing: it is not sealed. RuleBroken: the stored file is not the one that was sealed.
    """
    name, expected = (export.csv_name, export.sha256) if ending == "csv" else (export.xlsx_name, export.xlsx_sha256)
    if not name:
        raise Missing()
    with default_storage.open(name, "rb") as file:
        body = file.read()
    if hashlib.sha256(body).hexdigest() != expected:
        raise RuleBroken(_("The stored file differs from what was sealed. Tell your administrator; do not import it."))
    return body
