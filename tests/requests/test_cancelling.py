"""A quantity of a request is not needed any more: open first, then planned; what somebody buys stays, and says whom to ask."""

from decimal import Decimal

import pytest
from django.utils import translation

from procurement.orders import agreed
from procurement.orders.models import PurchaseOrder
from procurement.planning.models import Demand, DemandLine
from procurement.planning.services import aggregate
from procurement.requests import selectors, services
from procurement.requests.deliveries import Delivery
from procurement.tenders import services as tenders
from srm.audit.models import AuditEvent
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.flow.perform import perform
from srm.notify.models import Notice
from srm.ui import formats
from tests import allocations
from tests.requests.conftest import approved, in_days, line_of, sent
from tests.requests.test_afterwards import fresh, lines, page, post, snapshot
from tests.requests.test_decisions import budget, next_year, states
from tests.shop.test_shop import sell

pytestmark = pytest.mark.django_db
D = Decimal


def merged(firm, work, *requests, by="buyer", **how) -> Demand:
    """All that is open of these requests in one demand."""
    keys = [line.pk for request in requests for line in lines(request)]
    with work():
        return aggregate(actor=firm.actor(by), legal_entity=firm.entity, lines=keys, **how)


def cancel(firm, work, request, quantity, by="requester", no=0, reason="found some"):
    with work():
        return services.cancel_quantity(
            request, actor=firm.actor(by), line=lines(request)[no], quantity=quantity, reason=reason
        )


def demanded(demand) -> list[tuple]:
    rows = DemandLine.objects.unscoped("test").filter(demand=demand).order_by("pk")
    return [(row.quantity, row.open_quantity, row.need_count) for row in rows]


def loosened(firm, work, demand, quantity) -> None:
    """So much of what a demand's one line holds is open again in its request."""
    line = demand.lines.get()
    with work():
        services.take_back(
            actor=firm.actor("buyer"), document_kind="procurement.demand", line_id=line.pk, stage="planned",
            quantity=D(quantity),
        )  # fmt: skip
        rest = line.quantity - D(quantity)
        DemandLine.objects.unscoped("test").filter(pk=line.pk).update(quantity=rest, open_quantity=rest)


def tendered(firm, work, demand, quantity):
    with work():
        return tenders.create_from_demand(actor=firm.actor("buyer2"), demand_lines=[(demand.lines.get(), D(quantity))])


def cancellable(request) -> list[Decimal]:
    found = [track.cancellable for track in selectors.tracker(fresh(request))]
    return [one for one in found if one]


def told(firm, code):
    return set(Notice.objects.unscoped("test").filter(kind=code).values_list("user__email", flat=True))


# ------------------------------------------------------------------------------------------------ what goes


def test_a_planned_quantity_leaves_its_demand_and_all_concerned_read_it(firm, work, client_of):
    money = budget(firm, work, "1000")
    request = approved(firm, next_year(firm, quantity="100", estimate=D("0.5")))
    other = approved(firm, next_year(firm, quantity="30"), by="requester2", department=firm.service,
                     cost_center=firm.cc_service)  # fmt: skip
    demand = merged(firm, work, request, other)
    cancel(firm, work, request, "40")
    kept, gone = lines(request)
    assert [(one.state, one.quantity, one.open_quantity, one.coming_quantity) for one in (kept, gone)] == [
        ("approved", 60, 0, 60),
        ("cancelled", 40, 0, 0),
    ]
    assert demanded(demand) == [(90, 90, 2)]
    money.refresh_from_db()
    assert money.reserved == 30
    assert told(firm, "planning.cancelled") == {firm.users.buyer.email}
    (notice,) = Notice.objects.unscoped("test").filter(kind="planning.cancelled")
    assert all(word in notice.body for word in ("found some", demand.number, str(fresh(request)), "40", "90"))
    for client, address in (
        (client_of("requester"), fresh(request).get_absolute_url()), (client_of("buyer"), demand.get_absolute_url()),
    ):  # fmt: skip
        text = client.get(address).content.decode()
        assert "found some" in text
        assert demand.number in text
    assert "took out what was cancelled" in client_of("buyer").get(demand.get_absolute_url()).content.decode()
    allocations.check()


def test_all_that_is_planned_goes_and_an_empty_demand_is_dropped(firm, work):
    money = budget(firm, work, "1000")
    request = approved(firm, next_year(firm, quantity="100", estimate=D("0.5")))
    demand = merged(firm, work, request)
    cancel(firm, work, request, "100", by="buyer2")
    assert states(request) == ["cancelled"]
    assert fresh(request).state == "cancelled"
    assert demanded(demand) == [(0, 0, 0)]
    demand.refresh_from_db()
    assert (demand.line_count, demand.need_count, demand.department_count) == (0, 0, 0)
    money.refresh_from_db()
    assert money.reserved == 0
    logged = AuditEvent.objects.filter(subject_id=demand.public_id, verb="dropped")
    assert [event.reason for event in logged] == ["found some"]
    (notice,) = Notice.objects.unscoped("test").filter(kind="planning.cancelled")
    assert "dropped" in notice.body
    assert told(firm, "requests.part_cancelled") == {firm.users.requester.email}
    allocations.check()


def test_what_is_open_goes_first_then_what_was_planned_last(firm, work):
    request = approved(firm)
    first = merged(firm, work, request)
    loosened(firm, work, first, "50")
    second = merged(firm, work, request)
    loosened(firm, work, second, "20")
    assert cancellable(request) == [100]
    cancel(firm, work, request, "15")
    assert (demanded(first), demanded(second)) == ([(50, 50, 1)], [(30, 30, 1)])
    cancel(firm, work, request, "15")
    assert (demanded(first), demanded(second)) == ([(50, 50, 1)], [(20, 20, 1)])
    cancel(firm, work, request, "30")
    assert (demanded(first), demanded(second)) == ([(40, 40, 1)], [(0, 0, 0)])
    assert [one.quantity for one in lines(request)] == [40, 15, 15, 30]
    allocations.check()


def test_of_a_line_that_was_cut_short_what_is_planned_goes_too(firm, work):
    money = budget(firm, work, "1000")
    request = approved(firm, next_year(firm, quantity="100", estimate=D("0.5")))
    demand = merged(firm, work, request)
    loosened(firm, work, demand, "40")
    with work():
        services.cancel_part(request, actor=firm.actor("buyer"), lines=lines(request), reason="not needed")
    money.refresh_from_db()
    assert (states(request), money.reserved, cancellable(request)) == (["closed"], 30, [60])
    cancel(firm, work, request, "20")
    money.refresh_from_db()
    (line,) = lines(request)
    assert (line.state, line.coming_quantity, line.given_up, money.reserved) == ("closed", 40, 60, 20)
    cancel(firm, work, request, "40")
    money.refresh_from_db()
    assert (money.reserved, cancellable(request), demanded(demand)) == (0, [], [(0, 0, 0)])
    allocations.check()


def test_quantities_count_in_the_unit_of_the_line(firm, work):
    request = approved(firm, line_of(firm, quantity="10", unit=firm.unit("BX")))
    demand = merged(firm, work, request)
    whole = demand.lines.get().quantity
    with pytest.raises(InvalidInput, match="10"):
        cancel(firm, work, request, "11")
    cancel(firm, work, request, "4")
    assert demanded(demand) == [(whole * 6 / 10, whole * 6 / 10, 1)]
    assert [one.quantity for one in lines(request)] == [6, 4]
    allocations.check()


# ------------------------------------------------------------------------------------------------ what stays


def test_what_is_in_a_tender_stays_and_says_how_much_goes_and_whom_to_ask(firm, work):
    request = approved(firm)
    demand = merged(firm, work, request)
    tender = tendered(firm, work, demand, "70")
    before, asked = snapshot(request), demanded(demand)
    assert cancellable(request) == [30]
    for by in ("requester", "buyer"):
        with pytest.raises(InvalidInput) as refused:
            cancel(firm, work, request, "31", by=by)
        (sentence,) = refused.value.errors["quantity"]
        assert "30" in sentence
        assert firm.users.buyer2.name in sentence
    assert (snapshot(request), demanded(demand)) == (before, asked)
    assert not told(firm, "planning.cancelled")
    cancel(firm, work, request, "30")
    with pytest.raises(InvalidInput, match="Nothing of"):
        cancel(firm, work, request, "1")
    with work():
        perform(tender, "cancel", actor=firm.actor("head"), reason="nobody bids")
    assert cancellable(request) == [70]
    cancel(firm, work, request, "70")
    assert states(request) == ["cancelled", "cancelled"]
    allocations.check()


def test_what_is_ordered_stays_and_in_every_language_the_buyer_is_named(firm, work):
    sell(firm, firm.alfa, firm.bolt, {"price": D("0.05")})
    request = approved(firm)
    demand = merged(firm, work, request)
    with work():
        agreed.order_agreed(actor=firm.actor("buyer2"), demand_lines=demand.lines.all())
    before = snapshot(request)
    for language in ("en", "ru", "bg"):
        with translation.override(language), pytest.raises(InvalidInput) as refused:
            cancel(firm, work, request, "1")
        assert firm.users.buyer2.name in str(refused.value)
    assert (snapshot(request), cancellable(request)) == (before, [])
    with work():
        perform(PurchaseOrder.rows.get(), "cancel", actor=firm.actor("buyer"), reason="cannot be had")
    assert cancellable(request) == [100], "what its order gave up is planned again"


@pytest.mark.parametrize("quantity", ["0", "-1", "101", "many", "", "NaN", "0.00001", "1e30"])
def test_no_other_quantity_is_taken(firm, work, quantity):
    request = approved(firm)
    demand = merged(firm, work, request)
    before, asked = snapshot(request), demanded(demand)
    with pytest.raises(InvalidInput) as refused:
        cancel(firm, work, request, quantity)
    assert list(refused.value.errors) == ["quantity"]
    assert (snapshot(request), demanded(demand)) == (before, asked)


def test_strangers_drafts_and_reasons(firm, work, client_of):
    request = approved(firm)
    demand = merged(firm, work, request)
    before, asked = snapshot(request), demanded(demand)
    with pytest.raises(NotAllowed):
        cancel(firm, work, request, "10", by="approver")
    with pytest.raises(RuleBroken, match="Only the requester or a buyer"):
        cancel(firm, work, request, "10", by="requester2")
    for reason in ("", "no", "x" * 501):
        with pytest.raises(InvalidInput):
            cancel(firm, work, request, "10", reason=reason)
    body = {"line": lines(request)[0].public_id, "quantity": "10", "reason": "found some"}
    for persona, status in (("requester2", 404), ("alfa_admin", 404), ("storekeeper", 403), ("auditor", 403)):
        assert post(client_of(persona), request, "cancel-quantity", **body).status_code == status, persona
    other = approved(firm)
    body["line"] = lines(other)[0].public_id
    assert post(client_of("requester"), request, "cancel-quantity", **body).status_code == 404
    assert (snapshot(request), demanded(demand)) == (before, asked)


def test_all_of_what_waits_for_approval_is_cancelled(firm, work):
    request = sent(firm)
    with pytest.raises(InvalidInput, match="100"):
        cancel(firm, work, request, "101")
    cancel(firm, work, request, "100")
    assert states(request) == ["cancelled"]


# ------------------------------------------------------------------------------------------------ pages and API


def test_the_page_says_how_much_goes_and_cancels_it(firm, work, client_of, django_assert_max_num_queries):
    request = approved(firm, line_of(firm), line_of(firm, firm.nut, "5"))
    demand = merged(firm, work, request, window_days=7)
    bolt = demand.lines.get(item=firm.bolt)
    with work():
        tenders.create_from_demand(actor=firm.actor("buyer"), demand_lines=[(bolt, D(70))])
    client = client_of("requester")
    with django_assert_max_num_queries(25):
        assert page(request, "cancel-quantity") in client.get(page(request, "detail")).content.decode()
    with django_assert_max_num_queries(25):
        text = client.get(page(request, "cancel-quantity")).content.decode()
    assert "at most 30" in text
    assert "at most 5" in text
    line = lines(request)[0].public_id
    refused = client.post(page(request, "cancel-quantity"), {"line": line, "quantity": "31", "reason": "found some"})
    assert refused.status_code == 422
    assert firm.users.buyer.name in refused.content.decode()
    done = client.post(page(request, "cancel-quantity"), {"line": line, "quantity": "30", "reason": "found some"})
    assert done.status_code == 302
    text = client.get(page(request, "cancel-quantity")).content.decode()
    assert line not in text, "what is left of it is in the tender"
    assert [(one.state, one.quantity) for one in lines(request)] == [
        ("approved", 70), ("approved", 5), ("cancelled", 30),
    ]  # fmt: skip


def test_the_same_over_the_api(firm, work, client_of):
    request = approved(firm)
    demand = merged(firm, work, request)
    tendered(firm, work, demand, "70")
    client, line = client_of("requester"), lines(request)[0].public_id
    track = f"/api/v1/requests/{request.public_id}/track/"
    assert [one["cancellable"] for one in client.get(track).json()] == ["30"]
    refused = post(client, request, "cancel-quantity", line=line, quantity="31", reason="found some")
    assert refused.status_code == 422
    assert firm.users.buyer2.name in refused.content.decode()
    assert post(client, request, "cancel-quantity", line=line, quantity="30", reason="found some").status_code == 200
    assert [one["cancellable"] for one in client.get(track).json()] == ["0", "0"]
    assert demanded(demand) == [(70, 0, 1)]


def test_of_several_deliveries_one_says_its_day_and_goes(firm, work, client_of):
    request = approved(
        firm, line_of(firm, quantity="100", deliveries=[Delivery(in_days(20), D(40)),
                                                       Delivery(in_days(27), D(60))])
    )  # fmt: skip
    demand = merged(firm, work, request, window_days=30)
    text = client_of("requester").get(page(request, "cancel-quantity")).content.decode()
    assert formats.day(in_days(27)) in text
    cancel(firm, work, request, "60", no=1)
    assert [(one.state, one.need_by) for one in lines(request)] == [
        ("approved", in_days(20)),
        ("cancelled", in_days(27)),
    ]
    assert lines(request)[0].delivery_said == ""
    line = demand.lines.get()
    assert (line.quantity, line.need_to) == (40, in_days(20))


def test_the_dates_of_what_is_left_count(firm, work):
    soon, late = approved(firm, line_of(firm, need_by=in_days(20))), approved(firm, line_of(firm, need_by=in_days(25)))
    demand = merged(firm, work, soon, late)
    cancel(firm, work, late, "100")
    line = DemandLine.objects.unscoped("test").get(demand=demand)
    assert (line.need_from, line.need_to, line.need_count) == (in_days(20), in_days(20), 1)
