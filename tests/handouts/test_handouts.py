"""What the store keeps for requests, from the promise to the requester's hands and back."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal

import pytest

from procurement.handouts import selectors, services
from procurement.handouts.models import Promise
from procurement.planning.services import cover
from procurement.requests import ledger
from procurement.requests import selectors as requests
from srm.budget import services as budget
from srm.budget.models import BudgetLine
from srm.core import clock
from srm.core.errors import InvalidInput, RuleBroken
from srm.notify.models import Notice
from srm.stock import selectors as stock
from srm.stock.models import StockLevel, StockMove
from srm.stock.services import receive
from tests.requests.conftest import approved, in_days, line_of
from tests.rest.helpers import api

pytestmark = pytest.mark.django_db
D = Decimal
MOST_QUERIES = 25


def lies(firm, work, quantity, value="60"):
    with work():
        receive(actor=firm.actor("storekeeper"), warehouse=firm.warehouse, item=firm.bolt, quantity=D(quantity),
                moved_on=clock.today(), value=D(value))  # fmt: skip


def promised(firm, work, *quantities, stored="120", **values):
    """Approved requests for bolts, and what the store keeps of them."""
    lies(firm, work, stored)
    made = [
        approved(firm, line_of(firm, quantity=q, need_by=in_days(9 - n), **values)) for n, q in enumerate(quantities)
    ]
    with work():
        cover(actor=firm.actor("buyer"), legal_entity=firm.entity)
    rows = Promise.objects.unscoped("test")
    return [rows.filter(request_line__request=request).first() for request in made]


def place_of(promise):
    line = promise.request_line
    line.refresh_from_db()
    found = defaultdict(Decimal)
    for part in requests.where_is(line):
        found[part.place] += part.quantity
    return dict(found)


def books_agree():
    assert selectors.disagreements() == stock.disagreements() == ledger.faults() == ledger.stale() == []


def test_what_is_handed_out_leaves_the_store_and_shows_in_the_tracker(firm, work):
    (promise,) = promised(firm, work, "100")
    with work():
        promise = services.hand_out(promise, actor=firm.actor("storekeeper"), quantity=D(40))
    assert (promise.quantity, promise.handed_out, promise.rest, promise.value) == (100, 40, 60, 20)
    level = StockLevel.objects.unscoped("test").get()
    assert (level.on_hand, level.reserved, level.free) == (80, 60, 20)
    assert place_of(promise) == {"issued": 40, "stock": 60}
    assert promise.request_line.done_quantity == 40
    move = StockMove.objects.unscoped("test").get(kind="issue")
    assert (move.quantity, move.document_number) == (-40, promise.request_line.request.number)
    assert move.counterpart == "Assembly · Ivan Petrov"
    notice = Notice.objects.unscoped("test").filter(user=firm.users.requester).latest("pk")
    assert notice.title == "Handed out: Bolt M8x40 A2"
    with work():
        services.hand_out(promise, actor=firm.actor("storekeeper"))
    assert place_of(promise) == {"issued": 100}
    books_agree()


def test_more_than_waits_is_refused_and_nothing_moves(firm, work):
    (promise,) = promised(firm, work, "30")
    keeper = firm.actor("storekeeper")
    with pytest.raises(RuleBroken, match="Only 30"), work():
        services.hand_out(promise, actor=keeper, quantity=D(31))
    with pytest.raises(InvalidInput), work():
        services.hand_out(promise, actor=keeper, quantity=D(-1))
    with pytest.raises(InvalidInput, match="not come yet"), work():
        services.hand_out(promise, actor=keeper, moved_on=clock.today() + dt.timedelta(days=1))
    with work():
        services.hand_out(promise, actor=keeper)
    with pytest.raises(RuleBroken, match="Only 0"), work():
        services.hand_out(promise, actor=keeper)
    assert StockMove.objects.unscoped("test").filter(kind="issue").count() == 1
    books_agree()


def test_what_comes_back_is_kept_for_the_same_need(firm, work):
    (promise,) = promised(firm, work, "100", stored="100")
    keeper = firm.actor("storekeeper")
    with work():
        services.hand_out(promise, actor=keeper)
    with pytest.raises(InvalidInput, match="Say why"), work():
        services.put_back(promise, actor=keeper, reason="  ")
    with work():
        promise = services.put_back(promise, actor=keeper, quantity=D(25), reason="Wrong thread")
    assert place_of(promise) == {"issued": 75, "stock": 25}
    level = StockLevel.objects.unscoped("test").get()
    assert (level.on_hand, level.reserved, level.value) == (25, 25, 15)
    with pytest.raises(RuleBroken, match="Only 75"), work():
        services.put_back(promise, actor=keeper, quantity=D(76), reason="Too many")
    with work():
        services.hand_out(promise, actor=keeper)
    assert place_of(promise) == {"issued": 100}
    books_agree()


def test_what_is_let_go_is_free_and_the_need_is_open_again(firm, work):
    first, second = promised(firm, work, "100", "50")
    assert (first.quantity, second.quantity) == (70, 50)
    with work():
        second = services.let_go(second, actor=firm.actor("buyer"), quantity=D(20), reason="Bought instead")
    assert place_of(second) == {"stock": 30, "open": 20}
    assert place_of(first) == {"stock": 70, "open": 30}
    assert StockLevel.objects.unscoped("test").get().free == 20
    with pytest.raises(RuleBroken), work():
        services.let_go(second, actor=firm.actor("buyer"), quantity=D(31), reason="Too much")
    with work():
        assert cover(actor=firm.actor("buyer"), legal_entity=firm.entity).from_stock == 1
    second.refresh_from_db()
    assert second.quantity == 50
    books_agree()


def test_the_cost_centre_pays_what_the_goods_are_worth(firm, work):
    with work():
        line = budget.create_line(
            actor=firm.actor("accountant"), cost_center=firm.cc_assembly,
            year=in_days(20).year, amount=D(1000),
        )  # fmt: skip
    (promise,) = promised(firm, work, "100", estimate=D("0.80"))

    def booked():
        found = BudgetLine.objects.unscoped("test").get(pk=line.pk)
        return found.reserved, found.committed, found.spent

    assert booked() == (80, 0, 0)
    with work():
        services.hand_out(promise, actor=firm.actor("storekeeper"), quantity=D(50))
    assert booked() == (40, 0, 25)
    with work():
        services.put_back(promise, actor=firm.actor("storekeeper"), quantity=D(50), reason="Not needed now")
    assert booked() == (65, 0, 0)


def test_the_storekeeper_hands_out_with_one_tap(firm, work, client_of, django_assert_max_num_queries):
    first, second = promised(firm, work, "100", "50", stored="500")
    client = client_of("storekeeper")
    client.get("/handouts/")
    with django_assert_max_num_queries(MOST_QUERIES):
        text = client.get("/handouts/").content.decode()
    assert "Hand out 100" in text
    assert "Ivan Petrov" in text
    answer = client.post(f"/handouts/{first.public_id}/hand-out-all/")
    assert (answer.status_code, answer["Location"]) == (302, "/handouts/")
    first.refresh_from_db()
    assert first.rest == 0
    text = client.get("/handouts/").content.decode()
    assert "Hand out 100" not in text
    assert "Hand out 50" in text
    data = {"quantity": "20", "moved_on": clock.today().isoformat(), "counterpart": "Petar, line 4"}
    assert client.post(f"/handouts/{second.public_id}/hand-out/", data).status_code == 302
    assert StockMove.objects.unscoped("test").filter(counterpart="Petar, line 4").exists()
    with django_assert_max_num_queries(MOST_QUERIES):
        page = client.get(f"/handouts/{second.public_id}/").content.decode()
    assert "Put back" in page
    assert "Let go" in page
    page = client_of("requester").get(f"/requests/{first.request_line.request.public_id}/").content.decode()
    assert "Handed out" in page
    assert client_of("requester").get("/handouts/").status_code == 403


def test_a_buyer_sees_promises_and_lets_go_but_hands_nothing_out(firm, work, client_of):
    (promise,) = promised(firm, work, "10")
    client = client_of("buyer")
    assert "/hand-out-all/" not in client.get("/handouts/").content.decode()
    assert client.post(f"/handouts/{promise.public_id}/hand-out-all/").status_code == 403
    answer = client.post(f"/handouts/{promise.public_id}/let-go/", {"quantity": "10", "reason": "Bought instead"})
    assert answer.status_code == 302
    promise.refresh_from_db()
    assert promise.quantity == 0


def test_programs_hand_out_with_the_same_rights(firm, work):
    (promise,) = promised(firm, work, "10")
    keeper = api(firm.users.storekeeper)
    (row,) = keeper.get("/api/v1/promises/").json()["results"]
    assert (row["rest"], row["article"]) == ("10", firm.bolt.article)
    address = f"/api/v1/promises/{promise.public_id}"
    answer = keeper.post(f"{address}/hand-out/", {"quantity": "4"})
    assert (answer.status_code, answer.json()["rest"]) == (200, "6")
    assert keeper.post(f"{address}/put-back/", {"quantity": "1", "reason": "Broken"}).json()["handed_out"] == "3"
    assert api(firm.users.buyer).post(f"{address}/hand-out/", {}).status_code == 403
    assert api(firm.users.buyer).post(f"{address}/let-go/", {"reason": "Bought"}).json()["quantity"] == "3"
    assert keeper.post(f"/api/v1/promises/{'A' * 22}/hand-out/", {}).status_code == 404
    books_agree()
