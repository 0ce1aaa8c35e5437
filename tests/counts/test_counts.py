"""Counting a store: by hand, by program, by a sheet; the books follow with one click."""

import io
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from srm.core import clock
from srm.core.actor import SYSTEM
from srm.core.errors import InvalidInput, RuleBroken
from srm.counts import services
from srm.counts.models import StockCount
from srm.exchange import services as exchange
from srm.exchange.importer import kind_named
from srm.exchange.mapping import Plan
from srm.exchange.models import ImportRun
from srm.flow.perform import perform
from srm.stock import placing, selectors
from srm.stock import services as stock
from srm.stock.exchange import LevelSheet
from srm.stock.models import StockLevel, StockMove
from srm.ui.links import url_of
from tests.exchange.test_importer import applied, mapped
from tests.rest.helpers import api

pytestmark = pytest.mark.django_db
D = Decimal
MOST_QUERIES = 25


@pytest.fixture(autouse=True)
def own_store(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def stocked(firm, work):
    """100 bolts and 20 boxes of gloves in the main store."""
    with work():
        for item, quantity in ((firm.bolt, 100), (firm.gloves, 20)):
            stock.receive(actor=SYSTEM, warehouse=firm.warehouse, item=item, quantity=D(quantity), value=D(quantity),
                          moved_on=clock.today())  # fmt: skip
    return firm


def begun(firm, work, **values):
    keeper = firm.actor("storekeeper")
    with work():
        count = services.create_count(actor=keeper, warehouse=firm.warehouse, reason="Yearly count", **values)
    with work():
        return perform(count, "start", actor=keeper)


def take(firm, work, count, **figures):
    lines = [{"item": getattr(firm, name), "counted": value} for name, value in figures.items()]
    with work():
        return services.record(count, actor=firm.actor("storekeeper"), lines=lines)


def post(firm, work, count):
    with work():
        return perform(count, "post", actor=firm.actor("storekeeper"))


def on_hand(firm):
    rows = StockLevel.objects.unscoped("test").select_related("item")
    return {row.item.article: row.on_hand for row in rows}


def test_a_count_writes_its_differences_and_nothing_else(stocked, work):
    count = begun(stocked, work)
    assert count.number.startswith("SC-")
    assert {line.item: line.expected for line in count.lines.all()} == {stocked.bolt: 100, stocked.gloves: 20}
    with pytest.raises(RuleBroken, match="Nothing was counted"):
        post(stocked, work, count)
    count = take(stocked, work, count, bolt=D(97), nut=D(4))
    assert (count.line_count, count.difference_count) == (3, 2)
    count = post(stocked, work, count)
    assert on_hand(stocked) == {stocked.bolt.article: 97, stocked.gloves.article: 20, stocked.nut.article: 4}
    moves = StockMove.objects.unscoped("test").filter(kind="adjustment").order_by("item_id")
    assert {(move.item_id, move.quantity) for move in moves} == {(stocked.bolt.pk, -3), (stocked.nut.pk, 4)}
    assert {(move.document_kind, move.document_number) for move in moves} == {("srm.stockcount", count.number)}
    assert selectors.disagreements() == []
    with pytest.raises(RuleBroken, match="Posted"):
        take(stocked, work, count, bolt=D(1))


def test_the_store_need_not_stand_still(stocked, work):
    count = begun(stocked, work)
    with work():
        stock.issue(
            actor=SYSTEM, warehouse=stocked.warehouse, item=stocked.bolt, quantity=D(10), moved_on=clock.today()
        )
    count = take(stocked, work, count, bolt=D(88))
    assert count.lines.get(item=stocked.bolt).difference == -2, "90 were in the books when 88 were counted"
    with work():
        stock.issue(actor=SYSTEM, warehouse=stocked.warehouse, item=stocked.bolt, quantity=D(8), moved_on=clock.today())
    post(stocked, work, count)
    assert on_hand(stocked)[stocked.bolt.article] == 80


def test_what_is_promised_stops_the_whole_posting(stocked, work):
    with work():
        stock.reserve(actor=SYSTEM, item=stocked.gloves, place=stocked.plovdiv, quantity=D(15))
    count = take(stocked, work, begun(stocked, work), bolt=D(99), gloves=D(10))
    with pytest.raises(RuleBroken, match="promised"):
        post(stocked, work, count)
    assert on_hand(stocked)[stocked.bolt.article] == 100
    assert StockCount.objects.unscoped("test").get().state == "counting"


def test_one_location_is_counted_by_itself(stocked, work):
    with work():
        rack = placing.create_location(actor=SYSTEM, warehouse=stocked.warehouse, code="A-01")
        stock.receive(actor=SYSTEM, warehouse=stocked.warehouse, item=stocked.bolt, quantity=D(30), moved_on=clock.today(),
                      location=rack)  # fmt: skip
    count = begun(stocked, work, location=rack)
    assert [line.expected for line in count.lines.all()] == [30]
    post(stocked, work, take(stocked, work, count, bolt=D(28)))
    assert on_hand(stocked)[stocked.bolt.article] == 128
    assert rack.levels.get().on_hand == 28
    assert selectors.disagreements() == []


def test_wrong_figures_are_refused_at_their_line(stocked, work):
    count = begun(stocked, work)
    with pytest.raises(InvalidInput) as refusal:
        take(stocked, work, count, bolt=D(1), gloves=D(-1))
    assert list(refusal.value.errors) == ["lines.1.counted"]
    with pytest.raises(InvalidInput, match="not a number"):
        take(stocked, work, count, bolt="many")
    lines = [{"item": stocked.bolt, "counted": D(1)}] * 2
    with pytest.raises(InvalidInput, match="twice"), work():
        services.record(count, actor=SYSTEM, lines=lines)
    assert not count.lines.filter(counted__isnull=False).exists()


def test_the_storekeeper_counts_in_the_browser(stocked, work, client_of, django_assert_max_num_queries):
    client = client_of("storekeeper")
    data = {"warehouse": stocked.warehouse.public_id, "reason": "Yearly count", "counted_on": clock.today().isoformat()}
    answer = client.post("/counts/new/", data)
    assert answer.status_code == 302, answer.content.decode()
    count = StockCount.objects.unscoped("test").get()
    with work():
        perform(count, "start", actor=stocked.actor("storekeeper"))
    fill = f"/counts/{count.public_id}/fill/"
    for address in (url_of(count), fill, "/counts/"):
        client.get(address)
        with django_assert_max_num_queries(MOST_QUERIES):
            assert client.get(address).status_code == 200
    lines = list(count.lines.order_by("pk"))
    data = {"lines-TOTAL_FORMS": "2", "lines-INITIAL_FORMS": "2", "lines-MIN_NUM_FORMS": "0", "lines-MAX_NUM_FORMS": "1000",
            "found": stocked.nut.public_id, "found_quantity": "5"}  # fmt: skip
    for no, (line, counted) in enumerate(zip(lines, ("97", ""), strict=True)):
        data |= {f"lines-{no}-id": line.public_id, f"lines-{no}-counted": counted, f"lines-{no}-note": ""}
    answer = client.post(fill, data)
    assert answer.status_code == 302, answer.content.decode()
    assert {line.item: line.counted for line in count.lines.all()} == {
        stocked.bolt: 97, stocked.gloves: None, stocked.nut: 5,
    }  # fmt: skip
    text = client.get(url_of(count)).content.decode()
    assert "Write the differences" in text
    assert "1 lines have no figure yet" in text
    assert client_of("buyer").get("/counts/").status_code == 403


def test_programs_count_with_the_same_rights(stocked):
    keeper = api(stocked.users.storekeeper)
    made = keeper.post(
        "/api/v1/stock-counts/",
        {"warehouse": stocked.warehouse.public_id, "reason": "Robot", "counted_on": clock.today().isoformat()},
    ).json()
    address = f"/api/v1/stock-counts/{made['id']}"
    assert keeper.post(f"{address}/moves/start/", {}).status_code == 200
    body = {"lines": [{"item": stocked.bolt.public_id, "counted": "90"}]}
    assert keeper.post(f"{address}/figures/", body).json()["difference_count"] == 1
    rows = keeper.get("/api/v1/stock-count-lines/", {"count": made["id"]}).json()["results"]
    assert {row["difference"] for row in rows} == {"-10", None}
    assert api(stocked.users.accountant).post(f"{address}/figures/", body).status_code == 403
    assert keeper.post(f"{address}/moves/post/", {}).status_code == 200
    assert on_hand(stocked)[stocked.bolt.article] == 90


# ------------------------------------------------------------------------------------------------ sheets


def imported(firm, work, file):
    kind = kind_named("stock-levels")
    actor = firm.actor("storekeeper")
    received = exchange.receive(file, kind)
    with work():
        run = exchange.begin(received, kind, actor=actor)
    run = mapped(run, actor, Plan.from_json(run.mapping))
    assert run.good, [(row.raw, row.faults, row.reason) for row in run.rows_of()]
    return applied(run, actor)


def test_the_filled_in_sheet_comes_back(stocked, work, client_of):
    from openpyxl import load_workbook

    count = begun(stocked, work)
    answer = client_of("storekeeper").get(f"/counts/{count.public_id}/sheet/")
    assert answer.status_code == 200
    book = load_workbook(io.BytesIO(answer.content))
    page = book.worksheets[0]
    heading = next(row for row in page.iter_rows() if any(cell.value == "Article" for cell in row))
    at = {cell.value: cell.column for cell in heading}
    for row in range(heading[0].row + 1, page.max_row + 1):
        if page.cell(row, at["Article"]).value == stocked.bolt.article:
            page.cell(row, at["Counted"]).value = 93
    file = io.BytesIO()
    book.save(file)
    run = imported(stocked, work, SimpleUploadedFile("sheet.xlsx", file.getvalue()))
    assert run.state == ImportRun.State.APPLIED, run.error
    assert {line.item: line.counted for line in count.lines.all()} == {stocked.bolt: 93, stocked.gloves: None}


def test_levels_of_the_accounting_system_wait_to_be_looked_at(stocked, work):
    text = f"Склад;Артикул;Остаток\nW1;{stocked.bolt.article};95,5\nW1;{stocked.gloves.article};20\n"
    run = imported(stocked, work, SimpleUploadedFile("levels.csv", text.encode()))
    assert run.state == ImportRun.State.APPLIED, run.error
    count = StockCount.objects.unscoped("test").get()
    assert (count.state, count.line_count, count.difference_count) == ("counting", 2, 1)
    assert on_hand(stocked)[stocked.bolt.article] == 100
    post(stocked, work, count)
    assert on_hand(stocked)[stocked.bolt.article] == D("95.5")


def test_what_was_exported_comes_back_without_a_difference(stocked, work):
    file = io.BytesIO()
    levels = StockLevel.objects.unscoped("test").select_related("item", "warehouse").order_by("pk")
    LevelSheet.export_xlsx(levels, stocked.actor("storekeeper"), file)
    run = imported(stocked, work, SimpleUploadedFile("levels.xlsx", file.getvalue()))
    assert run.state == ImportRun.State.APPLIED, run.error
    count = StockCount.objects.unscoped("test").get()
    assert (count.line_count, count.difference_count) == (2, 0)
