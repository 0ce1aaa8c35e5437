"""Two items become one: everything follows, nothing is lost, and it can be taken back."""

import datetime as dt
from decimal import Decimal

import pytest

from procurement.orders import services as orders
from procurement.orders.models import OrderLine
from procurement.requests import services as requests
from procurement.requests.models import RequestLine
from srm.audit.selectors import history
from srm.catalog import services as catalog
from srm.catalog.duplicates import services as duplicates
from srm.catalog.duplicates.models import DuplicatePair
from srm.catalog.merging import jobs, selectors, services
from srm.catalog.merging.models import ItemMerge
from srm.catalog.models import Item, ItemUnit
from srm.core.actor import SYSTEM
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken, Stale
from srm.flow.perform import perform
from srm.flow.uow import unit_of_work
from srm.integrations import services as links
from srm.stock import services as stock
from srm.stock.models import StockLevel, StockMove
from srm.stock.selectors import disagreements
from tests.rest.helpers import api

pytestmark = pytest.mark.django_db
D = Decimal
TODAY = dt.date(2026, 5, 4)


@pytest.fixture
def double(firm):
    """The bolt, entered a second time by somebody with a Russian keyboard."""
    with unit_of_work():
        return catalog.create_item(
            actor=SYSTEM, activate=True, category=firm.tools, base_unit=firm.unit("C62"), article="Б-8",
            name_ru="Болт М8х40 А2", name_bg="Болт М8х40", reference_price=D("0.07"),
        )  # fmt: skip


def merge(firm, loser, winner, **more):
    with unit_of_work():
        return services.merge(actor=firm.actor("head"), loser=loser, winner=winner, **more)


def undo(firm, merged):
    with unit_of_work():
        return services.undo(merged, actor=firm.actor("head"), reason="It was another norm")


def fresh(row):
    return type(row)._base_manager.get(pk=row.pk)


def put(firm, item, quantity, value="10"):
    with unit_of_work():
        stock.receive(
            actor=SYSTEM, warehouse=firm.warehouse, item=item, quantity=D(quantity), value=D(value), moved_on=TODAY
        )


def level(firm, item):
    found = StockLevel.objects.unscoped("test").filter(warehouse=firm.warehouse, item=item).first()
    return (found.on_hand, found.reserved, found.value) if found else None


def ask(firm, item, quantity="10", *, submit=False, **more):
    with unit_of_work():
        made = requests.create_request(
            actor=firm.actor("requester"), title="Bolts", department=firm.assembly, place=firm.plovdiv,
            cost_center=firm.cc_assembly,
            lines=[{"item": item, "quantity": D(quantity), "need_by": dt.date(2027, 5, 1), **more}],
        )  # fmt: skip
        if submit:
            made = perform(made, "submit", actor=firm.actor("requester"))
    return made


def order(firm, item, quantity="5"):
    with unit_of_work():
        return orders.create_order(
            actor=firm.actor("buyer"), supplier=firm.alfa, legal_entity=firm.entity, place=firm.plovdiv,
            lines=[{"item": item, "quantity": D(quantity), "unit": item.base_unit, "price": D("0.05")}],
        )  # fmt: skip


# ------------------------------------------------------------------------------------------------- what follows


def test_everything_that_points_to_the_double_follows_and_its_stock_is_added_up(firm, double):
    put(firm, double, 40, "4")
    put(firm, firm.bolt, 60, "6")
    request, bought = ask(firm, double), order(firm, double)
    merged = merge(firm, double, firm.bolt, take=["name_bg"], note="Entered twice")
    assert RequestLine.objects.unscoped("test").get(request=request).item == firm.bolt
    assert OrderLine.objects.unscoped("test").get(order=bought).item == firm.bolt
    assert level(firm, firm.bolt) == (100, 0, 10)
    assert level(firm, double) == (0, 0, 0)
    assert disagreements() == []
    winner, loser = fresh(firm.bolt), fresh(double)
    assert (winner.name_bg, winner.name_ru, winner.state) == ("Болт М8х40", "Болт M8x40 A2", "active")
    assert loser.state == "merged"
    assert dict(selectors.moved(merged)) == {"Request lines": 1, "Order lines": 1, "Stock levels": 1}
    assert [event.verb for event in history(winner)][:1] == ["absorbed"]
    assert StockMove.objects.unscoped("test").filter(document_id=merged.public_id).count() == 2


def test_undoing_restores_exactly_what_the_merge_changed(firm, double):
    put(firm, double, 40, "4")
    put(firm, firm.bolt, 60, "6")
    request, mine = ask(firm, double), ask(firm, firm.bolt)
    before = {row.pk: (row.name_bg, row.state, row.search_text) for row in Item.objects.all()}
    undone = undo(firm, merge(firm, double, firm.bolt, take=["name_bg", "category", "reference_price"]))
    assert {row.pk: (row.name_bg, row.state, row.search_text) for row in Item.objects.all()} == before
    bolt = fresh(firm.bolt)
    assert (bolt.category, bolt.reference_price, bolt.also_known) == (firm.fasteners, D("0.061"), "")
    assert RequestLine.objects.unscoped("test").get(request=request).item == double
    assert RequestLine.objects.unscoped("test").get(request=mine).item == firm.bolt
    assert (level(firm, double), level(firm, firm.bolt)) == ((40, 0, 4), (60, 0, 6))
    assert disagreements() == []
    assert (undone.undone_by, history(undone)[0].reason) == (firm.users.head, "It was another norm")
    with pytest.raises(RuleBroken, match="undone already"):
        undo(firm, undone)
    again = merge(firm, double, firm.bolt)
    assert again.pk != undone.pk


def test_what_waits_for_approval_is_still_what_the_approver_was_asked_about(firm, double):
    request = ask(firm, double, submit=True)
    merged = merge(firm, double, firm.bolt)
    line = RequestLine.objects.unscoped("test").get(request=request)
    assert line.item == firm.bolt
    from procurement.requests.deciding import content_of
    from srm.approvals.selectors import route_of
    from srm.approvals.services import hash_of

    header = line.request
    assert route_of(header).content_hash == hash_of(content_of(header))
    undo(firm, merged)
    assert route_of(header).content_hash == hash_of(content_of(header))
    assert fresh(line).item == double


def test_a_change_before_the_merge_is_still_noticed_after_it(firm, double):
    from procurement.requests.deciding import content_of
    from srm.approvals.selectors import route_of
    from srm.approvals.services import hash_of

    request = ask(firm, double, submit=True)
    RequestLine.objects.unscoped("smuggled past the service").filter(request=request).update(quantity=D(999))
    merge(firm, double, firm.bolt)
    assert route_of(request).content_hash != hash_of(content_of(request))


def test_what_was_promised_stays_promised(firm, double):
    put(firm, double, 40)
    with unit_of_work():
        stock.reserve(actor=SYSTEM, item=double, place=firm.plovdiv, quantity=D(15))
    merged = merge(firm, double, firm.bolt)
    assert level(firm, firm.bolt) == (40, 15, 10)
    undo(firm, merged)
    assert level(firm, double) == (40, 15, 10)


def test_what_replaced_points_on_and_a_chain_back_is_refused(firm, double):
    with unit_of_work():
        catalog.update_item(firm.nut, actor=SYSTEM, replaced_by=double)
    merge(firm, double, firm.bolt)
    assert fresh(firm.nut).replaced_by == firm.bolt
    with pytest.raises(RuleBroken, match="is replaced by"):
        merge(firm, firm.bolt, fresh(firm.nut))
    assert fresh(firm.bolt).state == "active"


# ------------------------------------------------------------------------------------------------------ units


def test_other_base_units_need_a_factor_and_stock_is_converted(firm, double):
    put(firm, firm.gloves, 3, "30")
    with pytest.raises(InvalidInput, match="Say how many pc one box is"):
        merge(firm, firm.gloves, double)
    merged = merge(firm, firm.gloves, double, factor=D(200))
    assert level(firm, double) == (600, 0, 30)
    assert ItemUnit.objects.get(item=double).factor == 200
    assert disagreements() == []
    undo(firm, merged)
    assert (level(firm, firm.gloves), level(firm, double)) == ((3, 0, 30), (0, 0, 0))
    assert not ItemUnit.objects.filter(item=double).exists()


def test_a_price_is_taken_over_per_unit_of_the_item_that_stays(firm, double):
    with unit_of_work():
        catalog.update_item(firm.gloves, actor=SYSTEM, reference_price=D(10))
    merge(firm, firm.gloves, double, factor=D(200), take=["reference_price"])
    assert fresh(double).reference_price == D("0.05")


def test_units_that_convert_by_themselves_need_none_and_allow_no_other(firm):
    with unit_of_work():
        make = lambda unit: catalog.create_item(  # noqa: E731
            actor=SYSTEM, category=firm.tools, base_unit=firm.unit(unit), name_en="Steel", activate=True
        )
        tons, kilos = make("TNE"), make("KGM")
    put(firm, tons, 2)
    with pytest.raises(InvalidInput, match="always 1000"):
        merge(firm, tons, kilos, factor=D(900))
    merge(firm, tons, kilos)
    assert level(firm, kilos) == (2000, 0, 10)


def test_open_documents_in_the_old_unit_have_to_be_finished_first(firm, double):
    request, bought = ask(firm, firm.gloves), order(firm, firm.gloves)
    with pytest.raises(RuleBroken) as refusal:
        merge(firm, firm.gloves, double, factor=D(200))
    assert len(refusal.value.reasons) == 2
    assert all("counts in the old unit" in reason for reason in refusal.value.reasons)
    assert not ItemMerge.objects.unscoped("test").exists()
    with unit_of_work():
        perform(request, "cancel", actor=firm.actor("requester"), reason="Not needed")
        perform(bought, "cancel", actor=firm.actor("buyer"), reason="Not needed")
    merge(firm, firm.gloves, double, factor=D(200))
    assert OrderLine.objects.unscoped("test").get(order=bought).item == firm.gloves


def test_packs_that_contradict_each_other_are_refused(firm, double):
    with unit_of_work():
        catalog.update_item(double, actor=SYSTEM, packs=[(firm.unit("BX"), D(100))])
    with pytest.raises(RuleBroken, match="holds 100 for Б-8 and 200 for 10443"):
        merge(firm, double, firm.bolt)


# ------------------------------------------------------------------------------------------------ what is refused


def test_what_cannot_be_merged_is_refused_with_a_sentence(firm, double):
    with unit_of_work():
        service = catalog.create_item(
            actor=SYSTEM, category=firm.tools, base_unit=firm.unit("C62"), name_en="Cleaning", is_service=True
        )
    for loser, winner, words in (
        (double, double, "same item"), (service, double, "service and a thing"), (double, service, "service and a thing"),
    ):  # fmt: skip
        with pytest.raises(RuleBroken, match=words):
            merge(firm, loser, winner)
    with pytest.raises(InvalidInput, match="cannot be taken over"):
        merge(firm, double, firm.bolt, take=["article"])
    with pytest.raises(Stale):
        merge(firm, double, firm.bolt, seen=(double.version + 1, firm.bolt.version))
    with pytest.raises(NotAllowed), unit_of_work():
        services.merge(actor=firm.actor("buyer"), loser=double, winner=firm.bolt)
    merge(firm, double, firm.bolt)
    with pytest.raises(RuleBroken, match="was merged into 10443"):
        merge(firm, double, firm.nut)
    with pytest.raises(RuleBroken, match="Change that one"), unit_of_work():
        catalog.update_item(fresh(double), actor=SYSTEM, name_en="Screw")
    assert fresh(double).name_en == ""


def test_undoing_is_refused_while_something_depends_on_it(firm, double):
    put(firm, double, 40)
    merged = merge(firm, double, firm.bolt)
    with unit_of_work():
        stock.issue(actor=SYSTEM, warehouse=firm.warehouse, item=firm.bolt, quantity=D(25), moved_on=TODAY)
    with pytest.raises(RuleBroken, match="only 15 of them are still there"):
        undo(firm, merged)
    assert fresh(double).state == "merged"
    put(firm, firm.bolt, 30)
    undo(firm, merged)
    assert level(firm, double)[0] == 40
    assert level(firm, firm.bolt)[0] == 5
    assert disagreements() == []


def test_a_merge_into_what_was_merged_since_is_undone_in_the_right_order(firm, double):
    first = merge(firm, double, firm.bolt)
    second = merge(firm, firm.bolt, firm.nut)
    assert selectors.lead_of(fresh(double)) == firm.nut
    with pytest.raises(RuleBroken, match="itself merged into 10451"):
        undo(firm, first)
    undo(firm, second)
    undo(firm, first)
    assert fresh(double).state == fresh(firm.bolt).state == "active"


def test_a_field_that_was_changed_since_stays_as_it_was_changed(firm, double):
    merged = merge(firm, double, firm.bolt, take=["name_ru", "name_bg"])
    with unit_of_work():
        catalog.update_item(firm.bolt, actor=SYSTEM, name_ru="Болт шестигранный")
    undo(firm, merged)
    assert (fresh(firm.bolt).name_ru, fresh(firm.bolt).name_bg) == ("Болт шестигранный", "")


def test_a_draft_and_a_blocked_item_come_back_as_they_were(firm, double):
    with unit_of_work():
        draft = catalog.create_item(
            actor=SYSTEM, category=firm.tools, base_unit=firm.unit("C62"), name_en="Bolt, draft"
        )
        perform(double, "block", actor=SYSTEM, reason="Double")
    for item, state in ((draft, "draft"), (double, "blocked")):
        undo(firm, merge(firm, item, firm.bolt))
        assert fresh(item).state == state


# ---------------------------------------------------------------------------------------------------- leading on


def test_addresses_ids_articles_and_foreign_ids_lead_to_the_item_that_stayed(firm, double, client_of):
    with unit_of_work():
        links.link(double, system="1c", external_id="guid-of-the-double", actor=SYSTEM)
    merge(firm, double, firm.bolt)
    buyer, program = client_of("buyer"), api(firm.users.buyer)
    answer = buyer.get(f"/catalog/items/{double.public_id}/")
    assert (answer.status_code, answer.url) == (302, f"/catalog/items/{firm.bolt.public_id}/")
    page = buyer.get(answer.url).content.decode()
    assert "was merged into" in page
    assert "Merged into it" in page
    old = buyer.get(f"/catalog/items/{double.public_id}/?old=1").content.decode()
    assert "It was merged into 10443" in old
    assert program.get(f"/api/v1/items/{double.public_id}/").json()["id"] == firm.bolt.public_id
    refused = program.patch(f"/api/v1/items/{double.public_id}/", {"version": fresh(double).version, "name_en": "X"})
    assert (refused.status_code, "Change that one" in refused.content.decode()) == (409, True)
    asked = program.get("/api/v1/stock-levels/", {"item": double.public_id})
    assert asked.status_code == 200
    found = program.get("/api/v1/items/", {"q": "Б-8", "state": "active"}).json()["results"]
    assert [row["article"] for row in found] == ["10443"]
    picked = buyer.get("/lookup/items/?q=Б-8").content.decode()
    assert "10443" in picked
    known = links.find(Item, system="1c", external_id="guid-of-the-double", actor=SYSTEM)
    assert known == firm.bolt


def test_goods_that_still_come_for_the_old_item_are_counted_for_the_new_one(firm, double):
    merge(firm, firm.gloves, double, factor=D(200))
    put(firm, fresh(firm.gloves), 2)
    assert level(firm, double) == (400, 0, 10)


def test_what_was_written_too_late_follows_at_night_and_is_undone_as_well(firm, double):
    merged = merge(firm, double, firm.bolt)
    late = ask(firm, firm.nut)
    RequestLine.objects.unscoped("somebody had the old item before his eyes").filter(request=late).update(item=double)
    assert jobs.take_along() == 1
    assert RequestLine.objects.unscoped("test").get(request=late).item == firm.bolt
    assert jobs.take_along() == 0
    undo(firm, merged)
    assert RequestLine.objects.unscoped("test").get(request=late).item == double


# ------------------------------------------------------------------------------------------------- pages and API


def test_the_steward_decides_field_by_field_in_the_browser(firm, double, client_of):
    with unit_of_work():
        pair = duplicates.suggest(actor=SYSTEM, first=firm.bolt, second=double)
    put(firm, double, 40)
    head, address = client_of("head"), f"/catalog/duplicates/{pair.public_id}/"
    assert "What points to them" in head.get(address).content.decode()
    page = head.get(f"{address}merge/").content.decode()
    assert "This one stays" in page
    sent = {
        "keep": "second", "first_version": firm.bolt.version, "second_version": double.version, "note": "",
        "name_en": "first", "name_ru": "second", "name_bg": "second", "category": "first", "reference_price": "first",
    }  # fmt: skip
    stale = head.post(f"{address}merge/", {**sent, "first_version": 99})
    assert (stale.status_code, fresh(double).state) == (409, "active")
    answer = head.post(f"{address}merge/", sent)
    assert answer.url == f"/catalog/items/{double.public_id}/"
    kept = fresh(double)
    assert (kept.name_en, kept.name_ru, kept.category) == ("Bolt M8x40 A2", "Болт М8х40 А2", firm.fasteners)
    assert kept.reference_price == D("0.061")
    assert fresh(pair).verdict == DuplicatePair.Verdict.MERGED
    merged = ItemMerge.objects.unscoped("test").get()
    assert "What moved" in head.get(f"/catalog/merges/{merged.public_id}/").content.decode()
    assert "10443" in head.get("/catalog/merges/?q=10443").content.decode()
    assert client_of("buyer").post(f"/catalog/merges/{merged.public_id}/undo/", {"reason": "no"}).status_code == 403
    head.post(f"/catalog/merges/{merged.public_id}/undo/", {"reason": "Other norm"})
    assert fresh(firm.bolt).state == "active"
    assert fresh(pair).verdict == DuplicatePair.Verdict.OPEN


def test_a_program_merges_and_undoes(firm, double):
    head = api(firm.users.head)
    body = {"loser": double.public_id, "winner": firm.bolt.public_id, "take": ["name_bg"]}
    assert api(firm.users.buyer).post("/api/v1/item-merges/", body).status_code == 403
    assert head.post("/api/v1/item-merges/", {**body, "take": ["article"]}).status_code == 422
    ask(firm, double)
    made = head.post("/api/v1/item-merges/", body, key="once")
    assert made.status_code == 201, made.content
    assert made.json()["moved"] == [{"what": "Request lines", "count": 1}]
    assert head.post("/api/v1/item-merges/", body, key="once").json()["id"] == made.json()["id"]
    address = f"/api/v1/item-merges/{made.json()['id']}/"
    assert head.get(address).json()["winner"] == firm.bolt.public_id
    undone = head.post(f"{address}undo/", {"reason": "Other norm"})
    assert (undone.status_code, bool(undone.json()["undone_at"])) == (200, True)
    assert fresh(double).state == "active"


def test_no_button_and_no_address_merges_an_item_by_itself(firm, double, client_of):
    program = api(firm.users.head)
    assert program.post(f"/api/v1/items/{double.public_id}/moves/merge/").status_code == 404
    assert client_of("head").post(f"/catalog/items/{double.public_id}/merge/").status_code == 404
    assert fresh(double).state == "active"
