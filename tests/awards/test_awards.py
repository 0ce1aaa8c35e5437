"""Awards: proposed with a reason where the cheapest is not chosen, approved by somebody else, told to each bidder."""

from decimal import Decimal

import pytest
from django.core import mail

from procurement.awards import services
from procurement.awards.models import Award, AwardLine
from procurement.bids.models import Bid, BidLine
from procurement.tenders.models import Tender
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.flow.perform import available, perform
from srm.outbox.services import deliver_due
from tests.awards.conftest import best, only
from tests.bids.conftest import offer, open_up
from tests.tenders.conftest import publish


def rows(model):
    return model.objects.unscoped("test")


def state_of(tender):
    return rows(Tender).get(pk=tender.pk).state


def test_a_proposal_keeps_who_delivers_what_and_what_it_costs(firm, opened, award):
    assert (award.state, state_of(opened)) == ("proposed", "awarding")
    assert award.number.startswith("AW-")
    assert (award.total, award.cheapest_total, award.baseline_total) == (
        Decimal("6.90"),
        Decimal("6.90"),
        Decimal("12.20"),
    )
    lines = {(line.lot_line.item.article, line.supplier.name) for line in rows(AwardLine)}
    assert lines == {("10443", "Alfa Metal"), ("10451", "Beta Stahl")}


def test_a_dearer_choice_needs_a_reason(firm, work, opened):
    actor = firm.actor("buyer")
    choice = only(opened, actor, "Alfa Metal")
    for reason in ("", "because", "          "):
        with pytest.raises(InvalidInput) as refused, work():
            services.propose(actor=actor, tender=opened, choice=choice, reason=reason)
        assert set(refused.value.errors) == {"reason"}
    with work():
        award = services.propose(actor=actor, tender=opened, choice=choice, reason="one delivery instead of two")
    assert (award.total, award.cheapest_total) == (Decimal("7.00"), Decimal("6.90"))


def test_who_proposed_cannot_approve_under_any_of_his_accounts(firm, work, opened):
    head = firm.actor("head")
    with work():
        award = services.propose(actor=head, tender=opened, choice=best(opened, head))
    offered = next(one for one in available(award, head) if one.name == "approve")
    assert not offered.allowed
    with pytest.raises(RuleBroken), work():
        perform(award, "approve", actor=head)
    assert rows(Award).get().state == "proposed"


@pytest.mark.parametrize("persona", ["buyer2", "evaluator", "auditor", "requester", "alfa_admin"])
def test_only_the_head_approves(firm, work, award, persona):
    for move in ("approve", "drop"):
        with pytest.raises(NotAllowed), work():
            perform(award, move, actor=firm.actor(persona), reason="no reason")
    assert rows(Award).get().state == "proposed"


@pytest.mark.parametrize("persona", ["evaluator", "officer", "auditor", "requester", "alfa_admin"])
def test_only_buyers_propose(firm, work, opened, persona):
    with pytest.raises(NotAllowed), work():
        services.propose(actor=firm.actor(persona), tender=opened, choice=best(opened, firm.actor("buyer")))
    assert not rows(Award).exists()


def test_approval_decides_offers_concludes_the_tender_and_tells_each_bidder_his_own_result(firm, work, opened):
    deliver_due()
    mail.outbox.clear()
    actor = firm.actor("buyer")
    with work():
        award = services.propose(
            actor=actor, tender=opened, choice=only(opened, actor, "Beta Stahl"), reason="one delivery instead of two"
        )
    deliver_due()
    assert [one.to for one in mail.outbox] == [["head@quadrant.example"]]
    mail.outbox.clear()
    with work():
        perform(award, "approve", actor=firm.actor("head"))
    assert state_of(opened) == "contracted"
    assert dict(rows(Bid).values_list("supplier__name", "state")) == {"Alfa Metal": "lost", "Beta Stahl": "won"}
    deliver_due()
    letters = {one.to[0]: one for one in mail.outbox}
    assert {"sales@alfa.example", "sales@beta.example", "buyer@quadrant.example"} <= set(letters)
    for address, rival in (("sales@alfa.example", "Beta"), ("sales@beta.example", "Alfa")):
        text = letters[address].subject + letters[address].body
        assert rival not in text
        assert not any(price in text for price in ("0.052", "0.055", "7.2", "7,2", "one delivery"))
    assert letters["sales@alfa.example"].subject != letters["sales@beta.example"].subject


def test_a_sent_back_award_reopens_the_evaluation_for_another(firm, work, opened, award):
    with work():
        perform(award, "drop", actor=firm.actor("head"), reason="ask Beta for the bolts, too")
    assert (rows(Award).get().state, state_of(opened)) == ("dropped", "evaluation")
    actor = firm.actor("buyer")
    with work():
        services.propose(
            actor=actor, tender=opened, choice=only(opened, actor, "Beta Stahl"), reason="one delivery only"
        )
    assert rows(Award).filter(state="proposed").count() == 1


def test_a_second_proposal_is_refused_while_one_stands(firm, work, opened, award):
    actor = firm.actor("buyer2")
    with pytest.raises(RuleBroken), work():
        services.propose(actor=actor, tender=opened, choice=best(opened, actor))
    assert rows(Award).count() == 1


def test_cancelling_the_tender_drops_the_proposal(firm, work, opened, award):
    with work():
        perform(rows(Tender).get(pk=opened.pk), "cancel", actor=firm.actor("buyer"), reason="budget cut")
    assert (rows(Award).get().state, state_of(opened)) == ("dropped", "cancelled")
    with pytest.raises(RuleBroken), work():
        perform(award, "approve", actor=firm.actor("head"))


def test_nothing_can_be_awarded_before_the_opening_or_to_who_made_no_offer(firm, work):
    tender = publish(firm, work)
    offer(firm, work, tender)
    line = tender.all_lines()[0].public_id
    with pytest.raises(RuleBroken), work():
        services.propose(actor=firm.actor("buyer"), tender=tender, choice={line: "x"})
    opened = open_up(work, tender)
    foreign = publish(firm, work)
    offer(firm, work, foreign)
    open_up(work, foreign)
    other = rows(BidLine).filter(bid__tender=foreign).first()
    for choice in ({}, {line: "x"}, {line: other.public_id}, {other.lot_line.public_id: other.public_id}):
        with pytest.raises(InvalidInput), work():
            services.propose(actor=firm.actor("buyer"), tender=opened, choice=choice)
    assert not rows(Award).exists()


def test_an_offer_that_is_not_admitted_cannot_be_chosen(firm, work, opened):
    actor = firm.actor("buyer")
    choice = best(opened, actor)
    with work():
        perform(rows(Bid).get(supplier=firm.alfa), "reject", actor=firm.actor("evaluator"), reason="wrong material")
    with pytest.raises(InvalidInput), work():
        services.propose(actor=actor, tender=opened, choice=choice)


def test_a_blocked_supplier_cannot_be_chosen(firm, work, opened):
    actor = firm.actor("buyer")
    with work():
        perform(firm.alfa, "block", actor=firm.actor("head"), reason="fraud")
    with pytest.raises(RuleBroken) as refused, work():
        services.propose(actor=actor, tender=opened, choice=best(opened, actor))
    assert "Alfa Metal" in str(refused.value)


def test_what_is_not_awarded_goes_back_to_the_demand(firm, work):
    from procurement.planning import services as planning
    from procurement.planning.models import DemandLine
    from procurement.tenders import services as tenders
    from tests.requests.conftest import approved, line_of

    approved(firm, line_of(firm, quantity="100"), line_of(firm, firm.nut, quantity="500"))
    with work():
        demand = planning.aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity)
        tender = tenders.create_from_demand(actor=firm.actor("buyer"), demand_lines=list(demand.lines.all()))
        tenders.invite(tender, actor=firm.actor("buyer"), suppliers=[firm.alfa])
    tender = publish(firm, work, tender)
    bolts = tender.all_lines().get(item=firm.bolt)
    sent = {"lines": {bolts.public_id: {"price": "0.05", "quantity": "70", "deliver_on": "2099-01-01"}}}
    with work():
        from procurement.bids import services as bids

        bids.submit(tender, actor=firm.actor("alfa_admin"), typed=sent)
    opened = open_up(work, tender)
    actor = firm.actor("buyer")
    with work():
        award = services.propose(actor=actor, tender=opened, choice=best(opened, actor))
        perform(award, "approve", actor=firm.actor("head"))
    rest = dict(DemandLine.objects.unscoped("test").values_list("item__article", "open_quantity"))
    assert rest == {"10443": 30, "10451": 500}
