"""What happens to a request after it was sent: amended, given back, split, a quantity cancelled."""

import json
from decimal import Decimal

import pytest
from django.urls import reverse

from procurement.planning.models import DemandLine
from procurement.planning.services import aggregate
from procurement.requests import selectors, services
from procurement.requests.models import PurchaseRequest, RequestLine
from procurement.requests.states import HeaderState
from procurement.tenders import services as tenders
from srm.approvals.models import Accumulated, ApprovalRoute, ApprovalStep
from srm.audit.models import AuditEvent
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken, Stale
from srm.flow.perform import perform
from srm.notify.models import Notice
from tests.requests.conftest import approved, draft, form_data, in_days, line_of, sent
from tests.requests.test_decisions import budget, decide, next_year, states

pytestmark = pytest.mark.django_db


def lines(request) -> list[RequestLine]:
    return list(RequestLine.objects.unscoped("test").filter(request=request).order_by("position"))


def fresh(request) -> PurchaseRequest:
    return PurchaseRequest.objects.unscoped("test").get(pk=request.pk)


def amend(firm, work, request, *wanted, by="requester", reason="the plan changed", **more):
    with work():
        return services.amend_request(request, actor=firm.actor(by), lines=list(wanted), reason=reason, **more)


def same(line, **values):
    return {"id": line.public_id, **values}


def asked(request) -> list[str]:
    """Outcomes of the request's routes, the oldest first."""
    rows = ApprovalRoute.objects.unscoped("test").filter(document_id=request.public_id)
    return list(rows.order_by("pk").values_list("outcome", flat=True))


def planned(firm, work, request, take_back: str) -> None:
    """All of it is planned, and then `take_back` of it is open again."""
    with work():
        demand = aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity)
    with work():
        services.take_back(
            actor=firm.actor("buyer"), document_kind="procurement.demand", line_id=demand.lines.get().pk, stage="planned",
            quantity=Decimal(take_back),
        )  # fmt: skip


def snapshot(request) -> list:
    return [
        (one.state, one.quantity, one.base_quantity, one.open_quantity, one.amount, one.need_by, one.note)
        for one in lines(request)
    ]


# ------------------------------------------------------------------------------------------------ amend


def test_more_of_what_waits_asks_the_approver_for_the_new_content(firm, work):
    request = sent(firm)
    (line,) = lines(request)
    amend(firm, work, request, same(line, quantity=Decimal(150)))
    assert asked(request) == ["dropped", "open"]
    decide(firm, work, request)
    assert [(one.state, one.open_quantity) for one in lines(request)] == [("approved", 150)]


def test_a_note_asks_nobody_again(firm, work):
    for request in (sent(firm), approved(firm)):
        before = asked(request)
        (line,) = lines(request)
        amend(firm, work, request, same(line, note="to gate 2"))
        assert asked(request) == before
        assert (lines(request)[0].note, lines(request)[0].state) == ("to gate 2", line.state)


@pytest.mark.parametrize("change", [{"quantity": Decimal(120)}, {"need_by": in_days(40)}, {"estimate": Decimal("0.7")}])
def test_something_else_than_was_approved_is_decided_again_and_frees_its_money(firm, work, change):
    money = budget(firm, work, "1000")
    request = approved(firm, next_year(firm, quantity="100", estimate=Decimal("0.5")))
    (line,) = lines(request)
    amend(firm, work, request, same(line, **change))
    money.refresh_from_db()
    (line,) = lines(request)
    assert (line.state, line.open_quantity, money.reserved) == ("submitted", 0, 0)
    assert asked(request) == ["approved", "open"]
    decide(firm, work, request)
    (line,) = lines(request)
    assert (line.state, line.open_quantity) == ("approved", line.base_quantity)


def test_less_of_the_same_stays_approved_and_frees_the_difference(firm, work):
    money = budget(firm, work, "1000")
    request = approved(firm, next_year(firm, quantity="100", estimate=Decimal("0.5")))
    (line,) = lines(request)
    amend(firm, work, request, same(line, quantity=Decimal(60)))
    money.refresh_from_db()
    (line,) = lines(request)
    assert (line.state, line.quantity, line.open_quantity, line.amount) == ("approved", 60, 60, 30)
    assert (money.reserved, asked(request), fresh(request).total) == (30, ["approved"], 30)


def test_back_to_what_was_approved_once_is_asked_all_the_same(firm, work):
    request = approved(firm)
    (line,) = lines(request)
    amend(firm, work, request, same(line, quantity=Decimal(60)))
    amend(firm, work, request, same(line, quantity=Decimal(100)))
    assert (states(request), asked(request)) == (["submitted"], ["approved", "open"])


def test_it_can_be_lowered_down_to_what_is_planned_and_no_further(firm, work):
    request = approved(firm)
    planned(firm, work, request, "40")
    (line,) = lines(request)
    before = snapshot(request)
    with pytest.raises(InvalidInput):
        amend(firm, work, request, same(line, quantity=Decimal(59)))
    with pytest.raises(RuleBroken, match="Only its quantity"):
        amend(firm, work, request, same(line, quantity=Decimal(120)))
    with pytest.raises(RuleBroken, match="Only its quantity"):
        amend(firm, work, request, same(line, need_by=in_days(50)))
    assert snapshot(request) == before
    amend(firm, work, request, same(line, quantity=Decimal(60)))
    (line,) = lines(request)
    assert (line.base_quantity, line.open_quantity, line.coming_quantity) == (60, 0, 60)
    assert selectors.verify() == []


def test_a_line_is_added_and_another_dropped(firm, work):
    request = approved(firm, line_of(firm), line_of(firm, firm.nut, "5"))
    bolt, _nut = lines(request)
    amend(firm, work, request, same(bolt), line_of(firm, firm.nut, "9"))
    assert states(request) == ["approved", "cancelled", "submitted"]
    assert lines(request)[2].position == 3
    decide(firm, work, request)
    assert states(request) == ["approved", "cancelled", "approved"]


def test_the_approver_decides_on_the_whole_not_only_on_what_changed(firm, work):
    request = approved(firm, line_of(firm, estimate=Decimal(10)), line_of(firm, firm.nut, "5", estimate=Decimal(1)))
    bolt, nut = lines(request)
    amend(firm, work, request, same(bolt), same(nut, quantity=Decimal(6)))
    route = ApprovalRoute.objects.unscoped("test").get(outcome="open")
    assert route.amount == 1006
    decide(firm, work, request, "rejected", reason="five are enough")
    assert states(request) == ["approved", "rejected"]
    total = sum(row.amount for row in Accumulated.objects.filter(document_id=request.public_id))
    assert total == 1000, "what stays approved still counts in the year's sum"


def test_only_the_requester_amends_and_only_what_was_sent(firm, work):
    request = approved(firm)
    (line,) = lines(request)
    before = snapshot(request)
    with pytest.raises(RuleBroken, match="Only"):
        amend(firm, work, request, same(line, quantity=Decimal(50)), by="buyer")
    with pytest.raises(InvalidInput):
        amend(firm, work, request, same(line, quantity=Decimal(50)), reason=" ")
    with pytest.raises(InvalidInput):
        amend(firm, work, request)
    with pytest.raises(InvalidInput):
        amend(firm, work, request, same(line))
    with pytest.raises(Stale):
        amend(firm, work, request, same(line, quantity=Decimal(50)), version=fresh(request).version - 1)
    assert snapshot(request) == before
    new = draft(firm)
    with pytest.raises(RuleBroken, match="Edit it"):
        amend(firm, work, new, same(lines(new)[0], quantity=Decimal(5)))


def test_the_history_keeps_old_and_new_and_buyers_are_told(firm, work):
    request = approved(firm)
    (line,) = lines(request)
    amend(firm, work, request, same(line, quantity=Decimal(70)), reason="a machine fell out")
    event = AuditEvent.objects.get(verb="amended")
    assert [Decimal(value) for value in event.changes["1. quantity"]] == [100, 70]
    assert event.reason == "a machine fell out"
    (told,) = Notice.objects.unscoped("test").filter(user=firm.users.buyer, kind="requests.amended")
    assert "a machine fell out" in told.body


def test_a_used_up_budget_refuses_the_second_approval(firm, work):
    money = budget(firm, work, "60")
    request = approved(firm, next_year(firm, quantity="100", estimate=Decimal("0.5")))
    (line,) = lines(request)
    amend(firm, work, request, same(line, quantity=Decimal(200)))
    with pytest.raises(RuleBroken, match="left"):
        decide(firm, work, request)
    money.refresh_from_db()
    assert (states(request), money.reserved) == (["submitted"], 0)


# ------------------------------------------------------------------------------------------------ give back


def test_a_buyer_gives_back_and_the_requester_sends_it_again(firm, work):
    money = budget(firm, work, "1000")
    request = approved(
        firm,
        next_year(firm, quantity="100", estimate=Decimal("0.5")),
        next_year(firm, item=firm.nut, estimate=Decimal(1)),
    )
    bolt, nut = lines(request)
    with work():
        services.give_back(request, actor=firm.actor("buyer"), lines=[bolt], reason="which strength class?")
    money.refresh_from_db()
    assert (states(request), money.reserved) == (["returned", "approved"], 100)
    assert fresh(request).state == HeaderState.RETURNED
    (told,) = Notice.objects.unscoped("test").filter(user=firm.users.requester, kind="requests.given_back")
    assert "which strength class?" in told.body
    amend(firm, work, request, same(bolt, quantity=Decimal(80)), same(nut))
    assert states(request) == ["returned", "approved"], "he sends it when he is ready"
    with work():
        perform(request, "submit", actor=firm.actor("requester"))
    decide(firm, work, request)
    money.refresh_from_db()
    assert (states(request), money.reserved) == (["approved", "approved"], 140)


def test_what_is_planned_is_not_given_back(firm, work):
    request = approved(firm)
    planned(firm, work, request, "40")
    before = snapshot(request)
    with pytest.raises(RuleBroken), work():
        services.give_back(request, actor=firm.actor("buyer"), lines=lines(request), reason="too late")
    other = approved(firm, line_of(firm, firm.nut, "5"))
    with pytest.raises(NotAllowed), work():
        services.give_back(other, actor=firm.actor("requester"), lines=lines(other), reason="not mine to do")
    with pytest.raises(InvalidInput), work():
        services.give_back(other, actor=firm.actor("buyer"), lines=lines(other), reason="")
    assert (snapshot(request), states(other)) == (before, ["approved"])


# ------------------------------------------------------------------------------------------------ split


def test_a_split_line_adds_up_and_asks_nobody(firm, work):
    money = budget(firm, work, "1000")
    request = approved(firm, next_year(firm, quantity="100", estimate=Decimal("0.33")))
    (line,) = lines(request)
    with work():
        services.split_line(request, actor=firm.actor("buyer"), line=line, quantity=Decimal(33))
    money.refresh_from_db()
    kept, away = lines(request)
    assert (kept.quantity, away.quantity, kept.open_quantity, away.open_quantity) == (67, 33, 67, 33)
    assert kept.amount + away.amount == line.amount
    assert (money.reserved, asked(request), states(request)) == (33, ["approved"], ["approved", "approved"])
    assert selectors.verify() == []
    with work():
        perform(away, "cancel", actor=firm.actor("buyer"), reason="not needed")
    money.refresh_from_db()
    assert money.reserved == kept.amount, "each line holds its own money"


@pytest.mark.parametrize("quantity", ["0", "-1", "41", "100", "many"])
def test_only_what_is_open_can_be_split_off(firm, work, quantity):
    request = approved(firm)
    planned(firm, work, request, "40")
    before = snapshot(request)
    with pytest.raises(InvalidInput), work():
        services.split_line(request, actor=firm.actor("buyer"), line=lines(request)[0], quantity=quantity)
    assert snapshot(request) == before


def test_a_partly_planned_line_is_split_at_its_open_part(firm, work):
    request = approved(firm)
    planned(firm, work, request, "40")
    with work():
        services.split_line(request, actor=firm.actor("buyer"), line=lines(request)[0], quantity="40")
    kept, away = lines(request)
    assert (kept.base_quantity, kept.open_quantity, kept.coming_quantity, away.open_quantity) == (60, 0, 60, 40)
    assert selectors.verify() == []
    with pytest.raises(NotAllowed), work():
        services.split_line(request, actor=firm.actor("requester"), line=away, quantity="1")


# ------------------------------------------------------------------------------------------------ cancel a quantity


def test_a_quantity_is_cancelled_by_its_requester_and_the_tracker_shows_it(firm, work):
    money = budget(firm, work, "1000")
    request = approved(firm, next_year(firm, quantity="100", estimate=Decimal("0.5")))
    with work():
        services.cancel_quantity(
            request, actor=firm.actor("requester"), line=lines(request)[0], quantity="30", reason="found some"
        )
    money.refresh_from_db()
    kept, gone = lines(request)
    assert (kept.state, kept.open_quantity, gone.state, gone.given_up) == ("approved", 70, "cancelled", 30)
    assert (money.reserved, asked(request), selectors.verify()) == (35, ["approved"], [])


def test_a_quantity_of_what_waits_is_asked_about_anew(firm, work):
    request = sent(firm)
    with work():
        services.cancel_quantity(
            request, actor=firm.actor("requester"), line=lines(request)[0], quantity="30", reason="found some"
        )
    assert (states(request), asked(request)) == (["submitted", "cancelled"], ["dropped", "open"])
    decide(firm, work, request)
    assert states(request) == ["approved", "cancelled"]
    assert ApprovalStep.objects.unscoped("test").filter(outcome="waiting").count() == 0


def test_a_buyer_cancels_a_quantity_and_the_requester_reads_it(firm, work):
    request = approved(firm)
    with work():
        services.cancel_quantity(
            request, actor=firm.actor("buyer"), line=lines(request)[0], quantity="30", reason="discontinued"
        )
    (told,) = Notice.objects.unscoped("test").filter(user=firm.users.requester, kind="requests.part_cancelled")
    assert "discontinued" in told.body
    assert "30" in told.body


def test_strangers_and_what_is_bought_are_refused(firm, work):
    request = approved(firm)
    planned(firm, work, request, "40")
    (line,) = DemandLine.objects.unscoped("test").filter(quantity__gt=0)
    with work():
        tenders.create_from_demand(actor=firm.actor("buyer"), demand_lines=[(line, Decimal(60))])
    before = snapshot(request)
    for by, quantity, fault in [
        ("approver", "10", NotAllowed), ("buyer", "41", InvalidInput), ("buyer", "100", InvalidInput),
    ]:  # fmt: skip
        with pytest.raises(fault), work():
            services.cancel_quantity(
                request, actor=firm.actor(by), line=lines(request)[0], quantity=quantity, reason="not needed"
            )
    assert snapshot(request) == before


# ------------------------------------------------------------------------------------------------ pages and API


def page(request, kind):
    return reverse(f"requests:purchaserequest-{kind}", kwargs={"public_id": request.public_id})


def post(client, request, kind, **body):
    return client.post(
        f"/api/v1/requests/{request.public_id}/{kind}/", json.dumps(body), content_type="application/json"
    )


def test_the_request_page_offers_each_what_he_can_do(firm, client_of):
    request = approved(firm)
    for persona, offered in [
        ("requester", {"amend", "cancel-quantity"}),
        ("buyer", {"give-back", "split", "cancel-quantity"}),
    ]:
        text = client_of(persona).get(page(request, "detail")).content.decode()
        found = {kind for kind in ("amend", "give-back", "split", "cancel-quantity") if page(request, kind) in text}
        assert found == offered


def test_the_requester_amends_on_the_page(firm, client_of, django_assert_max_num_queries):
    request = approved(firm)
    (line,) = lines(request)
    client = client_of("requester")
    with django_assert_max_num_queries(25):
        shown = client.get(page(request, "amend"))
    assert shown.status_code == 200
    data = form_data(
        {"reason": "the plan changed", "version": fresh(request).version},
        {"id": line, "item": firm.bolt, "quantity": "120", "unit": line.unit, "need_by": line.need_by,
         "place": line.place, "cost_center": line.cost_center, "category": line.category},
    )  # fmt: skip
    answer = client.post(page(request, "amend"), data)
    assert answer.status_code == 302, answer.content.decode()
    assert [(one.state, one.quantity) for one in lines(request)] == [("submitted", 120)]
    history = client.get(page(request, "detail")).content.decode()
    assert "the plan changed" in history


def test_a_buyer_gives_back_splits_and_cancels_on_the_page(firm, client_of):
    request = approved(firm)
    client, line = client_of("buyer"), lines(request)[0].public_id
    for kind in ("give-back", "split", "cancel-quantity"):
        assert client.get(page(request, kind)).status_code == 200
    assert client.post(page(request, "split"), {"line": line, "quantity": "1000"}).status_code == 422
    assert client.post(page(request, "split"), {"line": line, "quantity": "25"}).status_code == 302
    data = {"line": line, "quantity": "5", "reason": "not needed"}
    assert client.post(page(request, "cancel-quantity"), data).status_code == 302
    assert client.post(page(request, "give-back"), {"lines": [line], "reason": "which one?"}).status_code == 302
    assert [(one.state, one.quantity) for one in lines(request)] == [
        ("returned", 70),
        ("approved", 25),
        ("cancelled", 5),
    ]


def test_the_same_over_the_api(firm, client_of):
    request = approved(firm)
    line = lines(request)[0].public_id
    buyer, requester = client_of("buyer"), client_of("requester")
    assert post(buyer, request, "split", line=line, quantity="25").status_code == 200
    assert post(requester, request, "cancel-quantity", line=line, quantity="5", reason="found").status_code == 200
    second = lines(request)[1].public_id
    assert post(requester, request, "give-back", lines=[line], reason="not mine").status_code == 403
    assert post(buyer, request, "give-back", lines=[second], reason="which one?").status_code == 200
    answer = post(
        requester, request, "amend", reason="more",
        lines=[{"id": line, "quantity": "90"}, {"id": second, "quantity": "25"}],
    )  # fmt: skip
    assert answer.status_code == 200, answer.content
    assert states(request) == ["submitted", "returned", "cancelled"]
    assert post(requester, request, "split", line="nothere", quantity="1").status_code in {403, 404}
    assert post(client_of("alfa_admin"), request, "amend", reason="mine", lines=[]).status_code == 404
