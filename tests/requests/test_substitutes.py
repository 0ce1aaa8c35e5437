"""A buyer proposes another item, the requester accepts or declines, approvers are asked when it costs more."""

from decimal import Decimal

import pytest
from django.urls import reverse

from procurement.planning.services import aggregate
from procurement.requests import holding, selectors, services
from procurement.requests.substitutes import services as substitutes
from procurement.requests.substitutes.exchange import SubstituteSheet
from procurement.requests.substitutes.models import SubstituteProposal
from srm.audit.models import AuditEvent
from srm.catalog.equivalents.services import name_equivalent
from srm.catalog.models import Item
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.flow.perform import perform
from srm.home.inbox import substitutes as inbox
from srm.notify.models import Notice
from tests.requests.conftest import approved, line_of, sent
from tests.requests.test_afterwards import amend, asked, fresh, lines, planned, same, snapshot
from tests.requests.test_decisions import budget, decide, next_year
from tests.rest.helpers import api

pytestmark = pytest.mark.django_db
D = Decimal


def bolts(firm, **values):
    """100 bolts at 0.12: 12.00."""
    return (
        next_year(firm)
        | {"item": firm.bolt, "quantity": D(100), "unit": firm.bolt.base_unit, "estimate": D("0.12")}
        | values
    )


def propose(firm, work, request, item=None, by="buyer", no=0, reason="cannot be had before June", **more):
    with work():
        return substitutes.propose(
            request, actor=firm.actor(by), line=lines(request)[no], item=item or firm.nut, reason=reason, **more
        )  # fmt: skip


def accept(firm, work, row, by="requester"):
    with work():
        return substitutes.accept(row, actor=firm.actor(by))


def decline(firm, work, row, by="requester", reason="the thread does not fit"):
    with work():
        return substitutes.decline(row, actor=firm.actor(by), reason=reason)


def outcome(row):
    return SubstituteProposal.objects.unscoped("test").get(pk=row.pk).outcome


def told(firm, code):
    return set(Notice.objects.unscoped("test").filter(kind=code).values_list("user__email", flat=True))


def test_cheaper_and_accepted_it_stays_approved_and_frees_the_difference(firm, work):
    money = budget(firm, work, "1000")
    request = approved(firm, bolts(firm))
    with work():
        name_equivalent(actor=firm.actor("buyer"), item=firm.bolt, equivalent=firm.nut, factor=D("0.495"))
    row = propose(firm, work, request, price=D("0.20"))
    (line,) = lines(request)
    assert (row.quantity, row.amount, row.amount_before) == (50, 10, 12)  # 49.5 pieces are 50 whole ones
    assert (line.item, line.open_quantity, firm.nut.article in line.held_reason) == (firm.bolt, 100, True)
    assert told(firm, "requests.substitute") == {firm.users.requester.email}
    accept(firm, work, row)
    (line,) = lines(request)
    money.refresh_from_db()
    assert (line.item, line.unit, line.quantity, line.open_quantity) == (firm.nut, firm.nut.base_unit, 50, 50)
    assert (line.state, line.amount, money.reserved, fresh(request).total) == ("approved", 10, 10, 10)
    assert (line.held_reason, asked(request), selectors.verify()) == ("", ["approved"], [])
    assert told(firm, "requests.substitute_answered") == {firm.users.buyer.email}
    (event,) = AuditEvent.objects.filter(verb="substitute_accepted")
    assert list(event.changes.values()) == [[row.asked_for, str(firm.nut)]]


def test_dearer_it_goes_back_to_the_approver_and_its_money_is_free_until_then(firm, work):
    money = budget(firm, work, "1000")
    request = approved(firm, bolts(firm))
    row = propose(firm, work, request, price=D("0.30"))
    assert substitutes.asks_more(row)
    accept(firm, work, row)
    (line,) = lines(request)
    money.refresh_from_db()
    assert (line.item, line.state, line.amount, line.open_quantity, money.reserved) == (firm.nut, "submitted", 30, 0, 0)
    assert asked(request)[-1] == "open"
    decide(firm, work, request)
    (line,) = lines(request)
    money.refresh_from_db()
    assert (line.state, line.open_quantity, money.reserved) == ("approved", 100, 30)


def test_another_category_is_approved_anew_even_when_it_is_cheaper(firm, work):
    request = approved(firm, bolts(firm))
    accept(firm, work, propose(firm, work, request, item=firm.gloves, factor=D(1), price=D("0.01")))
    assert lines(request)[0].state == "submitted"


def test_what_is_planned_stays_with_the_old_item_as_a_line_of_its_own(firm, work):
    money = budget(firm, work, "1000")
    request = approved(firm, bolts(firm))
    planned(firm, work, request, take_back="40")
    row = propose(firm, work, request, factor=D(2), price=D("0.05"))
    assert (row.base_quantity, row.quantity, row.amount, row.amount_before) == (40, 80, 4, D("4.80"))
    accept(firm, work, row)
    old, new = lines(request)
    money.refresh_from_db()
    assert (old.item, old.quantity, old.base_quantity, old.open_quantity, old.amount) == (
        firm.bolt,
        60,
        60,
        0,
        D("7.20"),
    )
    assert (new.item, new.quantity, new.open_quantity, new.amount, new.state) == (firm.nut, 80, 80, 4, "approved")
    assert (money.reserved, fresh(request).total, asked(request)) == (D("11.20"), D("11.20"), ["approved"])
    assert selectors.verify() == []


def test_declined_and_withdrawn_change_nothing(firm, work):
    request = approved(firm, bolts(firm))
    before = snapshot(request)
    row = propose(firm, work, request)
    decline(firm, work, row)
    assert (outcome(row), snapshot(request), lines(request)[0].held_reason) == ("declined", before, "")
    row = propose(firm, work, request)
    with work():
        substitutes.withdraw(row, actor=firm.actor("buyer2"), reason="found the bolts")
    assert (outcome(row), snapshot(request), lines(request)[0].held_reason) == ("withdrawn", before, "")
    assert told(firm, "requests.substitute_withdrawn") == {firm.users.requester.email}
    for late in (lambda: accept(firm, work, row), lambda: decline(firm, work, row)):
        with pytest.raises(RuleBroken, match="answered already"):
            late()
    assert (snapshot(request), lines(request)[0].item) == (before, firm.bolt)


def test_who_may_not_propose_or_answer_changes_nothing(firm, work):
    request = approved(firm, bolts(firm))
    for role in ("requester", "approver", "auditor"):
        with pytest.raises(NotAllowed):
            propose(firm, work, request, by=role)
    row = propose(firm, work, request)
    for role in ("requester2", "buyer", "head"):
        with pytest.raises((RuleBroken, NotAllowed)):
            accept(firm, work, row, by=role)
    with pytest.raises(InvalidInput):
        decline(firm, work, row, reason=" ")
    with pytest.raises(NotAllowed), work():
        substitutes.withdraw(row, actor=firm.actor("requester"))
    assert (outcome(row), lines(request)[0].item) == ("open", firm.bolt)


def test_nobody_accepts_his_own_proposal_for_somebody_else(firm, work):
    request = approved(firm, bolts(firm), by="buyer", requester=firm.users.requester)
    row = propose(firm, work, request)
    with pytest.raises(RuleBroken, match="Only"):
        accept(firm, work, row, by="buyer")
    accept(firm, work, row)
    assert lines(request)[0].item == firm.nut


def test_what_cannot_be_proposed_is_refused_and_nothing_changes(firm, work):
    request, waiting = approved(firm, bolts(firm)), sent(firm, line_of(firm))
    words = approved(firm, bolts(firm, item=None, description="long bolts", category=firm.bolt.category))
    before = snapshot(request)
    Item.objects.filter(pk=firm.gloves.pk).update(state="blocked")
    for wrong, fault in (
        (lambda: propose(firm, work, request, item=firm.bolt), InvalidInput),
        (lambda: propose(firm, work, request, item=Item.objects.get(pk=firm.gloves.pk)), InvalidInput),
        (lambda: propose(firm, work, request, factor=D(0)), InvalidInput),
        (lambda: propose(firm, work, request, price="-1"), InvalidInput),
        (lambda: propose(firm, work, request, reason="x"), InvalidInput),
        (lambda: propose(firm, work, waiting), RuleBroken),
        (lambda: propose(firm, work, words), RuleBroken),
    ):
        with pytest.raises(fault):
            wrong()
    assert (snapshot(request), SubstituteProposal.objects.unscoped("test").count()) == (before, 0)
    propose(firm, work, request)
    with pytest.raises(RuleBroken, match="already"):
        propose(firm, work, request, by="buyer2")
    assert SubstituteProposal.objects.unscoped("test").count() == 1


def test_while_it_is_open_nobody_plans_the_line_or_lets_it_go(firm, work):
    request = approved(firm, bolts(firm))
    row = propose(firm, work, request)
    with pytest.raises(RuleBroken), work():
        aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity)
    with pytest.raises(RuleBroken, match="another item is proposed"), work():
        holding.let_plan(actor=firm.actor("buyer"), lines=[lines(request)[0].pk])
    decline(firm, work, row)
    with work():
        demand = aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity)
    assert demand.lines.get().item == firm.bolt


def test_a_line_held_for_another_reason_stays_held(firm, work):
    request = approved(firm, bolts(firm))
    with work():
        holding.hold(actor=firm.actor("buyer"), lines=[lines(request)[0].pk], reason="the budget is discussed")
    decline(firm, work, propose(firm, work, request))
    assert lines(request)[0].held_reason == "the budget is discussed"


def test_it_runs_out_when_the_line_ends_is_split_or_is_asked_for_differently(firm, work):
    def cancelled(request):
        perform(lines(request)[0], "cancel", actor=firm.actor("requester"), reason="not needed")

    def cut_short(request):
        perform(lines(request)[0], "close_short", actor=firm.actor("buyer"), reason="not needed")

    def given_back(request):
        services.give_back(request, actor=firm.actor("buyer"), lines=lines(request), reason="which thread?")

    def split(request):
        services.split_line(request, actor=firm.actor("buyer"), line=lines(request)[0], quantity="30")

    def part(request):
        services.cancel_quantity(
            request, actor=firm.actor("requester"), line=lines(request)[0], quantity="30", reason="fewer will do"
        )

    for change in (cancelled, cut_short, given_back, split, part):
        request = approved(firm, bolts(firm))
        row = propose(firm, work, request)
        with work():
            change(request)
        assert outcome(row) == "expired", change
        assert {line.held_reason for line in lines(request)} == {""}, change
        with pytest.raises(RuleBroken):
            accept(firm, work, row)
    for wanted in ({"quantity": D(80)}, {"quantity": D(200)}):
        request = approved(firm, bolts(firm))
        row = propose(firm, work, request)
        amend(firm, work, request, same(lines(request)[0], **wanted))
        assert (outcome(row), lines(request)[0].held_reason) == ("expired", "")
    assert selectors.verify() == []


def test_a_budget_that_stops_refuses_the_acceptance_as_a_whole(firm, work):
    money = budget(firm, work, "12")
    request = approved(firm, bolts(firm))
    row = propose(firm, work, request)
    before = snapshot(request)
    Item.objects.filter(pk=firm.nut.pk).update(state="blocked")
    with pytest.raises(RuleBroken, match="not in use"):
        accept(firm, work, row)
    money.refresh_from_db()
    assert (outcome(row), snapshot(request), money.reserved) == ("open", before, 12)


def test_pages_from_the_buyer_to_the_requesters_phone(firm, work, client_of):
    request = approved(firm, bolts(firm))
    with work():
        name_equivalent(actor=firm.actor("buyer"), item=firm.bolt, equivalent=firm.nut)
    address = reverse("requests:purchaserequest-propose", args=[request.public_id])
    buyer, requester = client_of("buyer"), client_of("requester")
    assert address in buyer.get(request.get_absolute_url()).content.decode()
    assert address not in requester.get(request.get_absolute_url()).content.decode()
    assert firm.nut.article in buyer.get(address).content.decode()  # the suggestion
    data = {"line": lines(request)[0].public_id, "item": firm.nut.public_id, "reason": "cannot be had", "price": "0.11"}
    assert buyer.post(address, data).status_code == 302
    row = SubstituteProposal.objects.unscoped("test").get()
    answer = reverse("requests:substituteproposal-answer", args=[row.public_id])
    assert answer in requester.get(request.get_absolute_url()).content.decode()
    assert [one.url for one in inbox(firm.actor("requester")).rows] == [answer]
    assert inbox(firm.actor("requester2")).rows == []
    assert "cannot be had" in requester.get(answer).content.decode()
    assert client_of("buyer2").get(answer).status_code in (403, 409)
    assert client_of("alfa_admin").get(answer).status_code in (403, 404)
    assert requester.post(answer, {"decision": "decline"}).status_code == 422
    assert requester.post(answer, {"decision": "accept"}).status_code == 302
    assert lines(request)[0].item == firm.nut
    history = requester.get(request.get_absolute_url() + "?tab=history").content.decode()
    assert "accepted another item" in history
    listed = buyer.get(reverse("requests:substituteproposal-list"))
    assert firm.nut.article in listed.content.decode()
    assert client_of("alfa_admin").get(reverse("requests:substituteproposal-list")).status_code in (403, 404)


def test_over_the_api(firm, work):
    request = approved(firm, bolts(firm))
    body = {"line": lines(request)[0].public_id, "item": firm.nut.public_id, "reason": "cannot be had"}
    buyer, requester = api(firm.users.buyer), api(firm.users.requester)
    address = f"/api/v1/requests/{request.public_id}/propose/"
    assert requester.post(address, body).status_code == 403
    made = buyer.post(address, body)
    assert made.status_code == 201, made.content
    one = f"/api/v1/substitutes/{made.json()['id']}/"
    assert (
        requester.get("/api/v1/substitutes/?outcome=open").json()["results"][0]["quantity"] == made.json()["quantity"]
    )
    assert api(firm.users.requester2).post(f"{one}accept/").status_code in (403, 404, 409)
    assert api(firm.users.alfa_admin).get(one).status_code in (403, 404)
    assert requester.post(f"{one}decline/", {"reason": "no"}).status_code in (400, 422)
    assert requester.post(f"{one}accept/").json()["outcome"] == "accepted"
    assert buyer.post(f"{one}withdraw/").status_code == 409
    assert lines(request)[0].item == firm.nut


def test_the_list_leaves_as_a_sheet(firm, work, tmp_path):
    propose(firm, work, approved(firm, bolts(firm)))
    with (tmp_path / "sheet.xlsx").open("wb") as stream:
        SubstituteSheet.export_xlsx(SubstituteProposal.objects.unscoped("test"), firm.actor("buyer"), stream)
    assert (tmp_path / "sheet.xlsx").stat().st_size > 1000
