"""The public data set, from end to end: nothing lost, to the cent."""

import csv
import io
import re
from decimal import Decimal

import pytest
from django.db.models import Count, F, Max, Min

from procurement.integrations.history.scms import SCMS
from procurement.orders.models import OrderLine, PurchaseOrder
from procurement.receipts.models import GoodsReceipt, ReceiptLine
from srm.audit.selectors import verify
from srm.catalog.models import Category, Item
from srm.catalog.units_data import ensure_units
from srm.core.numbering import Counter
from srm.integrations.models import ExternalRef
from srm.outbox.models import OutboxEvent
from srm.people.models import Department, Place
from srm.stock.models import StockLevel, StockMove
from suppliers.performance.models import PerformanceFact
from suppliers.performance.selectors import delivery_figures
from suppliers.registry.models import Supplier
from tests.history.conftest import apply, begin, check

pytestmark = [pytest.mark.django_db, pytest.mark.needs_data, pytest.mark.slow]
WHY = "a test looks at everything"
LINES = 10_324


@pytest.fixture
def rows(scms):
    return list(csv.DictReader(io.StringIO(scms.decode())))


@pytest.fixture
def run(firm, head, scms):
    ensure_units()
    return apply(check(begin(scms, "scms.csv", head), head, saved=SCMS), head)


def unscoped(model):
    return model.objects.unscoped(WHY)


def imported_orders():
    return unscoped(PurchaseOrder).filter(source="import")


def test_the_whole_data_set_comes_in_and_adds_up(run, rows, head):
    every_line_is_accounted_for(run)
    everything_was_made_that_the_lines_name()
    money_adds_up_to_the_cent(run, rows)
    dates_and_deliveries_are_the_files(rows)
    stock_ends_where_it_began()
    numbers_have_no_gaps()
    the_log_holds_and_says_what_came(run)
    ten_lines_can_be_found_again(rows)
    the_matrix_and_the_scorecards_have_something_to_work_on(head)
    nothing_is_sent_to_anybody()
    a_second_time_changes_nothing(run, head)


def every_line_is_accounted_for(run):
    assert run.state == "applied", run.error
    assert (run.total, run.imported, run.rejected, run.skipped) == (LINES, LINES, 0, 0)
    assert unscoped(ExternalRef).filter(system="scms").count() == LINES
    assert unscoped(OrderLine).filter(order__source="import").count() == 4_920
    assert unscoped(StockMove).filter(kind="transfer").count() == 5_404
    assert 4_920 + 5_404 + run.rejected == LINES


def everything_was_made_that_the_lines_name():
    assert imported_orders().count() == 2_816
    assert unscoped(GoodsReceipt).count() == 3_590
    assert unscoped(ReceiptLine).count() == unscoped(PerformanceFact).count() == 4_920
    assert Item.objects.filter(base_unit__code="XPK").count() == 184
    assert unscoped(Supplier).exclude(code__in=["S-alfa", "S-beta"]).count() == 72
    assert not unscoped(Supplier).filter(name__icontains="from RDC").exists()
    assert Department.objects.filter(parent__isnull=False).count() == 142
    assert Place.objects.get(name_en="Côte d'Ivoire").country == "CI"
    assert not Place.objects.filter(country="").exclude(code__in=["PDV", "SOF", "RDC"]).exists()
    assert Category.objects.filter(items__base_unit__code="XPK").distinct().count() == 101
    assert set(imported_orders().values_list("state", flat=True)) == {"closed"}
    assert set(unscoped(GoodsReceipt).values_list("state", flat=True)) == {"posted"}


def money_adds_up_to_the_cent(run, rows):
    direct = sum(Decimal(row["Line Item Value"]) for row in rows if row["Fulfill Via"] == "Direct Drop")
    moved = sum(Decimal(row["Line Item Value"]) for row in rows if row["Fulfill Via"] == "From RDC")
    assert direct + moved == Decimal("1627584457.29")
    lines = list(unscoped(OrderLine).filter(order__source="import").values_list("net", flat=True))
    assert sum(lines) == direct == Decimal("542212022.34")
    assert sum(imported_orders().values_list("net_total", flat=True)) == direct
    assert run.totals["Value of orders, USD"] == str(direct)
    assert run.totals["Together, USD"] == str(direct + moved)
    assert run.result["value of orders, USD"] == "542,212,022.34"
    assert run.result["value of transfers, USD"] == "1,085,372,434.95"
    assert run.result["together, USD"] == "1,627,584,457.29"
    base = sum(unscoped(OrderLine).filter(order__source="import").values_list("base_net", flat=True))
    assert sum(imported_orders().values_list("base_total", flat=True)) == base
    assert sum(unscoped(GoodsReceipt).values_list("value", flat=True)) == base
    assert sum(unscoped(PerformanceFact).values_list("value", flat=True)) == base


def dates_and_deliveries_are_the_files(rows):
    days = unscoped(PerformanceFact).aggregate(Min("actual_on"), Max("actual_on"), Min("ordered_on"))
    assert str(days["actual_on__min"]) == "2006-05-02"
    assert str(days["actual_on__max"]) == "2015-09-14"
    unknown = sum(row["PO Sent to Vendor Date"] == "Date Not Captured" for row in rows)
    assert unscoped(PerformanceFact).filter(ordered_on=None).count() == unknown == 328
    assert not imported_orders().filter(ordered_on=None).exists()
    assert not unscoped(OrderLine).filter(order__source="import").exclude(received_quantity=F("base_quantity")).exists()
    freight = sum(
        Decimal(row["Freight Cost (USD)"])
        for row in rows
        if row["Fulfill Via"] == "Direct Drop" and re.fullmatch(r"[\d.]+", row["Freight Cost (USD)"])
    )
    assert sum(imported_orders().values_list("freight", flat=True)) == freight
    terms = dict(imported_orders().values_list("incoterm").annotate(Count("pk")))
    assert set(terms) == {"EXW", "DDP", "FCA", "CIP", "DDU", "DAP", "CIF"}


def stock_ends_where_it_began():
    levels = unscoped(StockLevel).filter(warehouse__code="RDC")
    assert levels.count() > 0
    assert not levels.exclude(on_hand=0, value=0).exists()
    lying: dict[int, Decimal] = {}
    moves = unscoped(StockMove).filter(warehouse__code="RDC").order_by("moved_on", "pk")
    for item, quantity, kind, reason in moves.values_list("item_id", "quantity", "kind", "reason"):
        lying[item] = lying.get(item, Decimal(0)) + quantity
        assert lying[item] >= 0
        assert kind == "transfer" or "No purchase" in reason
    assert set(lying.values()) == {0}


def numbers_have_no_gaps():
    for model, prefix in ((PurchaseOrder, "PO"), (GoodsReceipt, "GR")):
        by_year: dict[int, list[int]] = {}
        for number in unscoped(model).values_list("number", flat=True):
            series, year, count = number.split("-")
            assert series == prefix
            by_year.setdefault(int(year), []).append(int(count))
        for year, counts in by_year.items():
            assert sorted(counts) == list(range(1, len(counts) + 1)), year
            assert Counter.objects.get(series=prefix, year=year).last == len(counts)
    assert all(
        order.number.split("-")[1] == str(order.ordered_on.year)
        for order in imported_orders().only("number", "ordered_on")
    )


def the_log_holds_and_says_what_came(run):
    from srm.audit.models import AuditEvent

    assert not verify()
    said = {
        event.changes["kind"][1]: event.changes["count"][1]
        for event in AuditEvent.objects.filter(subject_id=run.public_id, verb="imported")
        if "kind" in event.changes
    }
    assert said["procurement.purchaseorder"] == 2_816
    assert said["procurement.goodsreceipt"] == 3_590
    assert said["suppliers.performancefact"] == 4_920
    assert said["srm.item"] == 184


def ten_lines_can_be_found_again(rows):
    chosen = ["1", "3", "15", "1281", "14079", "24653", "46784", "83000", "86820", "86823"]
    by_id = {row["ID"]: row for row in rows}
    ids = [one for one in chosen if one in by_id]
    ids += [row["ID"] for row in rows[5000 : 5000 + 10 - len(ids)]]
    for one in ids:
        row = by_id[one]
        ref = unscoped(ExternalRef).get(system="scms", external_id=one)
        if row["Fulfill Via"] == "From RDC":
            move = unscoped(StockMove).get(public_id=ref.object_id)
            assert -move.quantity == Decimal(row["Line Item Quantity"])
            assert move.counterpart == row["Country"]
            assert move.item.name_en == row["Item Description"]
            continue
        line = (
            unscoped(OrderLine).select_related("order__supplier", "order__place", "item").get(public_id=ref.object_id)
        )
        assert line.order.external_number == row["PO / SO #"]
        assert line.order.supplier.name == row["Vendor"]
        assert line.order.place.name_en == row["Country"]
        assert line.order.incoterm == row["Vendor INCO Term"]
        assert line.quantity == Decimal(row["Line Item Quantity"])
        assert line.net == Decimal(row["Line Item Value"])
        assert abs(line.price - line.net / line.quantity) < Decimal("0.000001")
        came = unscoped(ReceiptLine).select_related("receipt").get(order_line=line)
        assert came.receipt.delivery_note == row["ASN/DN #"]
        assert f"{came.receipt.received_on:%-d-%b-%y}" == row["Delivered to Client Date"]
        assert f"{line.need_by:%-d-%b-%y}" == row["Scheduled Delivery Date"]


def the_matrix_and_the_scorecards_have_something_to_work_on(head):
    import datetime as dt

    from kraljic.selectors import measure

    since, until = dt.date(2014, 1, 1), dt.date(2014, 12, 31)
    inputs, spend = measure(head, "category", since, until)
    assert len(inputs) > 20
    assert sum(spend.values()) > 1_000_000
    inputs, _spend = measure(head, "supplier", since, until)
    assert any(found["late"] is not None and found["lead_time"] for found in inputs.values())
    aurobindo = unscoped(Supplier).get(name="Aurobindo Pharma Limited")
    figures = delivery_figures(head, suppliers=[aurobindo.pk])[aurobindo.pk]
    assert figures.deliveries == 668
    assert 0.5 < figures.on_time < 1
    assert figures.lead_days


def nothing_is_sent_to_anybody():
    kinds = set(unscoped(OutboxEvent).values_list("kind", flat=True))
    assert kinds <= {"item.created", "supplier.created", "order.imported"} | {one for one in kinds if "job" in one}


def a_second_time_changes_nothing(run, head):
    before = counts()
    with io.BytesIO() as stream:
        from django.core.files.storage import default_storage

        stream.write(default_storage.open(run.storage_name).read())
        again = check(begin(stream.getvalue(), "scms again.csv", head), head, saved=SCMS)
    assert (again.total, again.good, again.rejected, again.skipped) == (LINES, 0, 0, LINES)
    assert counts() == before


def counts():
    return {
        model: unscoped(model).count()
        for model in (PurchaseOrder, OrderLine, GoodsReceipt, StockMove, PerformanceFact, Supplier, ExternalRef)
    } | {model: model.objects.count() for model in (Item, Category, Department, Place)}
