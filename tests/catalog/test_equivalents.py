"""Items that may stand in for others: named, changed, shown where somebody looks, carried along by merges and sheets."""

import datetime as dt
from decimal import Decimal

import pytest

from srm.audit.selectors import history
from srm.catalog import services as catalog
from srm.catalog.equivalents import services
from srm.catalog.equivalents.exchange import EquivalentSheet
from srm.catalog.equivalents.models import ItemEquivalent
from srm.catalog.equivalents.selectors import stand_ins_of
from srm.catalog.merging import services as merging
from srm.catalog.models import Item
from srm.core import clock
from srm.core.actor import SYSTEM
from srm.core.errors import InvalidInput, NotAllowed, Stale
from srm.exchange.importer import kind_named
from srm.flow.uow import unit_of_work
from srm.stock import services as stock
from srm.ui import lookups
from tests.requests.conftest import form_data
from tests.rest.helpers import api

pytestmark = pytest.mark.django_db
D = Decimal


def name(firm, item, equivalent, by="buyer", **more):
    with unit_of_work():
        return services.name_equivalent(actor=firm.actor(by), item=item, equivalent=equivalent, **more)


def told(item):
    return [(one.item.article, one.factor) for one in stand_ins_of(item)]


def rows():
    return sorted(
        ItemEquivalent.objects.values_list(
            "item__article", "equivalent__article", "factor", "both_ways", "note", "valid_from", "valid_to"
        ),
        key=str,
    )


def put(firm, item, quantity="10"):
    with unit_of_work():
        stock.receive(
            actor=SYSTEM, item=item, warehouse=firm.warehouse, quantity=D(quantity), value=D("10"),
            moved_on=dt.date(2026, 5, 4),
        )  # fmt: skip


def test_two_way_and_one_way(firm):
    name(firm, firm.bolt, firm.nut, factor=D(2))
    assert told(firm.bolt) == [(firm.nut.article, 2)]
    assert told(firm.nut) == [(firm.bolt.article, D("0.5"))]
    name(firm, firm.bolt, firm.gloves, factor=D(1), both_ways=False)
    assert (firm.gloves.article, 1) in told(firm.bolt)
    assert told(firm.gloves) == []


def test_it_holds_between_its_days_and_for_items_in_use(firm):
    row = name(firm, firm.bolt, firm.nut, valid_from=clock.today() + dt.timedelta(days=1))
    assert told(firm.bolt) == []
    with unit_of_work():
        services.change_equivalent(row, actor=firm.actor("buyer"), valid_from=clock.today(), valid_to=clock.today())
    assert len(told(firm.bolt)) == 1
    Item.objects.filter(pk=firm.nut.pk).update(state="blocked")
    assert told(firm.bolt) == []


def test_what_cannot_be_is_refused_and_nothing_changes(firm):
    row = name(firm, firm.bolt, firm.nut)
    before = rows()
    kilogram = Item.objects.create(
        article="KG-1", name_en="Steel", category=firm.fasteners, base_unit=firm.unit("KGM"), search_text=""
    )
    for wrong in (
        lambda: name(firm, firm.bolt, firm.bolt),
        lambda: name(firm, firm.bolt, firm.nut),
        lambda: name(firm, firm.nut, firm.bolt),
        lambda: name(firm, firm.bolt, kilogram),
        lambda: name(firm, firm.bolt, firm.gloves, factor=D(0)),
        lambda: name(firm, firm.bolt, firm.gloves, valid_from=dt.date(2026, 5, 2), valid_to=dt.date(2026, 5, 1)),
    ):
        with pytest.raises(InvalidInput):
            wrong()
    for role in ("requester", "auditor"):
        with pytest.raises(NotAllowed):
            name(firm, firm.bolt, firm.gloves, by=role)
    with pytest.raises(InvalidInput), unit_of_work():
        services.change_equivalent(row, actor=firm.actor("buyer"), equivalent=firm.gloves)
    with pytest.raises(Stale), unit_of_work():
        services.change_equivalent(row, actor=firm.actor("buyer"), version=7, note="late")
    assert rows() == before


def test_the_history_of_the_item_tells_it(firm):
    name(firm, firm.bolt, firm.nut)
    assert "srm.itemequivalent" in {event.subject_kind for event in history(firm.bolt)}


def test_a_picker_names_what_lies_in_stock_instead(firm):
    name(firm, firm.bolt, firm.nut)
    hint = lambda: next(  # noqa: E731
        one[2]
        for one in lookups.get("items").find(firm.actor("requester"), firm.bolt.article)
        if one[0] == firm.bolt.public_id
    )
    assert firm.nut.article not in hint()
    put(firm, firm.nut)
    assert firm.nut.article in hint()
    put(firm, firm.bolt)
    assert firm.nut.article not in hint()


def test_pages_for_a_buyer_a_requester_and_a_supplier(firm, client):
    row = name(firm, firm.bolt, firm.nut, note="same thread")
    put(firm, firm.nut)
    page = f"/catalog/items/{firm.bolt.public_id}/"
    client.force_login(firm.users.buyer)
    shown = client.get(page).content.decode()
    assert "same thread" in shown
    assert shown.count(firm.nut.article) >= 2  # among the equivalents, and in the stock card
    new = client.post(
        "/catalog/equivalents/new/", {"item": firm.bolt.public_id, "equivalent": firm.gloves.public_id, "factor": "1"}
    )
    assert new.status_code == 302
    assert ItemEquivalent.objects.filter(item=firm.bolt, equivalent=firm.gloves, both_ways=False).exists()
    edit = f"/catalog/equivalents/{row.public_id}/edit/"
    assert client.get(edit).status_code == 200
    assert client.get("/catalog/equivalents/").status_code == 200
    client.force_login(firm.users.requester)
    assert "same thread" in client.get(page).content.decode()
    assert client.get(edit).status_code in (403, 404)
    client.force_login(firm.users.alfa_admin)
    assert client.get(page).status_code in (403, 404)
    assert client.get("/catalog/equivalents/").status_code in (403, 404)


def test_over_the_api(firm):
    body = {"item": firm.bolt.public_id, "equivalent": firm.nut.public_id, "factor": "2", "both_ways": False}
    made = api(firm.users.buyer).post("/api/v1/equivalents/", body)
    assert made.status_code == 201, made.content
    item = api(firm.users.requester).get(f"/api/v1/items/{firm.bolt.public_id}/").json()
    assert item["equivalents"] == [
        {"item": firm.nut.public_id, "article": firm.nut.article, "factor": "2.000000", "note": ""}
    ]
    assert api(firm.users.requester).post("/api/v1/equivalents/", body).status_code == 403
    found = api(firm.users.buyer).get(f"/api/v1/equivalents/?item={firm.nut.public_id}").json()["results"]
    assert [one["equivalent"] for one in found] == [firm.nut.public_id]


def test_a_sheet_is_read_back_as_it_was_written(firm, work, tmp_path):
    name(firm, firm.bolt, firm.nut, factor=D(2), note="same thread", valid_to=clock.today() + dt.timedelta(days=30))
    name(firm, firm.bolt, firm.gloves, factor=D(1), both_ways=False)
    before, path = rows(), tmp_path / "sheet.xlsx"
    with path.open("wb") as stream:
        EquivalentSheet.export_xlsx(ItemEquivalent.objects.order_by("pk"), firm.actor("buyer"), stream)
    ItemEquivalent.objects.all().delete()
    for _twice in range(2):
        with work():
            parsed = EquivalentSheet.read(path, actor=firm.actor("buyer"))
            kind_named("equivalents").apply_rows(parsed, run=None, actor=firm.actor("buyer"))
        assert not any(row.faults for row in parsed)
        assert rows() == before


def test_they_follow_a_merge_counted_anew_and_come_back(firm):
    pack = firm.unit("BX")
    with unit_of_work():
        double = catalog.create_item(
            actor=SYSTEM,
            activate=True,
            category=firm.fasteners,
            base_unit=pack,
            article="B-8-BOX",
            name_en="Bolts, boxed",
        )
    name(firm, double, firm.nut, factor=D(400))  # 400 nuts for one box of 200 bolts
    name(firm, firm.gloves, double, factor=D(2), both_ways=False)  # 2 boxes for a pair of gloves
    name(firm, double, firm.bolt, factor=D(200))  # becomes one with itself: stays behind
    before = rows()
    with unit_of_work():
        merged = merging.merge(actor=firm.actor("head"), loser=double, winner=firm.bolt, factor=D(200))
    assert (firm.nut.article, D(2)) in told(firm.bolt)
    assert told(firm.gloves) == [(firm.bolt.article, D(400))]
    with unit_of_work():
        merging.undo(merged, actor=firm.actor("head"), reason="They were two things")
    assert rows() == before


def test_who_types_a_request_reads_what_lies_at_his_place_instead(firm, client):
    name(firm, firm.bolt, firm.nut)
    put(firm, firm.nut)
    typed = form_data({"department": firm.assembly, "place": firm.plovdiv}, {"item": firm.bolt, "quantity": "5"})
    client.force_login(firm.users.requester)
    seen = lambda: client.post("/requests/look/", typed).content.decode()  # noqa: E731
    assert firm.nut.article in seen()
    put(firm, firm.bolt)
    assert firm.nut.article not in seen()
