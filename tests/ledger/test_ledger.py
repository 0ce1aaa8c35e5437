"""Finance's batches: complete, once, chained, byte for byte the same, and safe to open."""

import csv
import datetime as dt
import hashlib
import io
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from procurement.integrations.ledger import services
from procurement.integrations.models import LedgerEntry, LedgerExport
from procurement.orders import services as orders
from procurement.receipts import services as receipts
from srm.core import clock
from srm.core.errors import RuleBroken
from srm.flow.perform import perform

HOSTILE = '=HYPERLINK("http://evil";"x")'


@pytest.fixture
def received(firm, work):
    """Three posted receipts, one of them reversed; a supplier and an item with hostile names."""
    firm.alfa.name = HOSTILE
    firm.alfa.save()
    made = []
    with work():
        for number, (quantity, price) in enumerate((("1000", "0.0525"), ("3", "0.335"), ("7", "10"))):
            order = orders.create_order(
                actor=firm.actor("buyer"), legal_entity=firm.entity, supplier=firm.alfa, place=firm.plovdiv,
                lines=[{"item": None, "description": f"\t=1+{number}", "category": firm.tools, "quantity": quantity,
                        "unit": firm.unit("C62"), "price": Decimal(price)}],
            )  # fmt: skip
            order = perform(order, "approve", actor=firm.actor("head"))
            order = perform(order, "send", actor=firm.actor("buyer"))
            receipt = receipts.create_receipt(
                actor=firm.actor("storekeeper"), order=order, received_on=clock.today(),
                lines=[{"order_line": order.lines.get(), "quantity": quantity, "rejected": 0}],
            )  # fmt: skip
            made.append(perform(receipt, "post", actor=firm.actor("storekeeper")))
        perform(made[2], "reverse", actor=firm.actor("storekeeper"), reason="wrong gate")
    return firm


def collect(firm, work):
    today = clock.today()
    with work():
        return services.create_export(
            actor=firm.actor("accountant"), legal_entity=firm.entity, period_from=today - dt.timedelta(days=3),
            period_to=today,
        )  # fmt: skip


def seal(firm, work):
    export = collect(firm, work)
    with work():
        return perform(export, "seal", actor=firm.actor("accountant"))


def rows_of(export):
    text = services.file_of(export, "csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_totals_tie_out_to_the_receipts(received, work):
    export = seal(received, work)
    assert export.control["net"] == {"EUR": "53.51"}
    assert export.control["documents"] == 4
    assert sum(Decimal(row["net"]) for row in rows_of(export)) == Decimal("53.51")
    assert [row["kind"] for row in rows_of(export)] == ["receipt", "receipt", "receipt", "reversal"]


def test_both_files_say_the_same_and_the_hash_is_theirs(received, work):
    export = seal(received, work)
    body = services.file_of(export, "csv")
    assert hashlib.sha256(body).hexdigest() == export.sha256
    book = CalamineWorkbook.from_filelike(io.BytesIO(services.file_of(export, "xlsx")))
    table = book.get_sheet_by_name("postings").to_python()
    assert [row[0] for row in table[1:]] == [row["batch"] for row in rows_of(export)]
    net = table[0].index("net")
    assert round(sum(row[net] for row in table[1:]), 2) == 53.51


def test_the_files_repeat_byte_for_byte(received, work):
    export = seal(received, work)
    assert services.file_of(export, "csv") == services.file_of(export, "csv")
    rows = list(services.postings.rows_of(export))
    assert services.csv_bytes(rows) == services.file_of(export, "csv")
    assert services.xlsx_bytes(export, rows) == services.file_of(export, "xlsx")


def test_no_formula_comes_alive(received, work):
    export = seal(received, work)
    row = rows_of(export)[0]
    assert row["supplier"].startswith("'=")
    book = CalamineWorkbook.from_filelike(io.BytesIO(services.file_of(export, "xlsx")))
    assert book.get_sheet_by_name("postings").to_python()[1][7] == HOSTILE


def test_a_document_enters_a_ledger_once(received, work):
    seal(received, work)
    with pytest.raises(RuleBroken):
        collect(received, work)
    assert LedgerExport.rows.count() == 1
    assert LedgerEntry.rows.count() == 4


def test_a_draft_given_up_frees_its_documents(received, work):
    export = collect(received, work)
    with work():
        services.drop_draft(export, actor=received.actor("accountant"))
    assert seal(received, work).control["documents"] == 4


def test_an_altered_file_is_not_handed_out(received, work):
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage

    export = seal(received, work)
    default_storage.delete(export.csv_name)
    default_storage.save(export.csv_name, ContentFile(b"batch;kind"))
    with pytest.raises(RuleBroken):
        services.file_of(export, "csv")


def test_finance_downloads_in_the_browser_and_others_do_not(received, work, client_of):
    export = seal(received, work)
    finance = client_of("accountant")
    assert finance.get("/ledger/").status_code == 200
    assert export.sha256 in finance.get(export.get_absolute_url()).content.decode()
    first = finance.get(f"/ledger/{export.public_id}/csv/")
    assert first.content == finance.get(f"/ledger/{export.public_id}/csv/").content
    assert "attachment" in first["Content-Disposition"]
    for persona in ("requester", "buyer", "storekeeper"):
        assert client_of(persona).get(f"/ledger/{export.public_id}/csv/").status_code in {403, 404}
    assert client_of("alfa_admin").get(f"/ledger/{export.public_id}/csv/").status_code in {403, 404}
