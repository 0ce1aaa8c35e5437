"""A supplier proposes, a buyer decides, the head accepts large rises; refusals change nothing."""

import datetime as dt
from decimal import Decimal as D
from functools import partial

import pytest
from django.db import models

from srm.core import clock
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.flow import records
from srm.flow.perform import perform
from suppliers.items.models import SupplierItem, SupplierPrice
from suppliers.proposals import services
from suppliers.proposals.models import PriceProposal
from tests.proposals.conftest import fresh, later, prices_of, stock_up
from tests.races import at_once, meeting_place, without_transaction

OLD = dt.date(2026, 1, 1)


def test_an_accepted_price_follows_the_former_one_from_its_day(sold, work, propose):
    sent = propose({"article": "A-8x40", "price": D("1.05"), "valid_from": later(30), "lead_days": 9})
    with work():
        perform(sent, "accept", actor=sold.actor("buyer"))
    assert fresh(sent).state == "accepted"
    assert prices_of(sold.alfa_bolt) == [
        ("list", 0, D("1"), OLD, later(29)), ("list", 0, D("1.05"), later(30), None),
        ("list", 100, D("0.9"), OLD, None),
    ]  # fmt: skip
    assert SupplierItem.objects.unscoped("test").get(pk=sold.alfa_bolt.pk).lead_days == 9


def test_a_price_that_comes_later_keeps_its_days(sold, work, propose):
    for price, day in (("1.05", later(60)), ("1.02", later(10))):
        sent = propose({"article": "A-8x40", "price": D(price), "valid_from": day})
        with work():
            perform(sent, "accept", actor=sold.actor("buyer"))
    assert prices_of(sold.alfa_bolt)[:3] == [
        ("list", 0, D("1"), OLD, later(9)), ("list", 0, D("1.02"), later(10), later(59)),
        ("list", 0, D("1.05"), later(60), None),
    ]  # fmt: skip


def test_an_agreed_price_keeps_its_agreement_and_limit(sold, work, propose):
    sent = propose({"article": "A-gl", "basis": "agreed", "price": D("5.2"), "valid_from": later(5)})
    with work():
        perform(sent, "accept", actor=sold.actor("buyer"))
    first, second = sold.alfa_gloves.prices.order_by("valid_from")
    assert (first.valid_to, second.agreement, second.max_quantity) == (later(4), "A-1", 100)


def test_a_large_rise_is_the_heads(sold, work, propose):
    sent = propose({"article": "A-8x40", "price": D("1.2")})
    with pytest.raises(RuleBroken, match="head of procurement"), work():
        perform(sent, "accept", actor=sold.actor("buyer"))
    assert fresh(sent).state == "sent"
    assert len(prices_of(sold.alfa_bolt)) == 2
    with work():
        perform(sent, "accept", actor=sold.actor("head"))
    assert fresh(sent).state == "accepted"


def test_a_rise_in_a_currency_without_a_rate_is_the_heads_too(sold, work, propose):
    sent = propose({"article": "A-8x40", "price": D("0.5"), "currency": "JPY"})
    with pytest.raises(RuleBroken, match="head of procurement"), work():
        perform(sent, "accept", actor=sold.actor("buyer"))


def test_some_lines_are_accepted_and_the_others_declined_with_a_reason(sold, work, propose):
    sent = propose({"article": "A-8x40", "price": D("0.95")}, {"article": "A-gl", "price": D("4")})
    bolt, gloves = sent.lines.order_by("pk")
    choice = {bolt.public_id: {"accept": True}, gloves.public_id: {"accept": False, "reason": ""}}
    buyer = sold.actor("buyer")
    with pytest.raises(InvalidInput) as refused, work():
        services.decide(sent, actor=buyer, lines=choice)
    assert list(refused.value.errors) == [f"lines.{gloves.public_id}"]
    with pytest.raises(InvalidInput), work():
        services.decide(sent, actor=buyer, lines={bolt.public_id: {"accept": True}})
    assert fresh(sent).state == "sent"
    choice[gloves.public_id]["reason"] = "not before the agreement ends"
    with work():
        services.decide(sent, actor=buyer, lines=choice)
    gloves.refresh_from_db()
    assert (fresh(sent).state, gloves.outcome, gloves.refusal) == (
        "partly", "declined", "not before the agreement ends"
    )  # fmt: skip
    assert len(prices_of(sold.alfa_gloves)) == 1


def test_a_new_article_is_made_for_our_item_and_an_unknown_number_is_not(sold, work, propose):
    line = {"article": "A-nut", "name": "Mutter", "price": D("0.02"), "unit": sold.unit("C62")}
    known, unknown = propose(line | {"our_article": "10451"}), propose(line | {"our_article": "99999"})
    assert fresh(known).state == fresh(unknown).state == "sent"
    with work():
        perform(known, "accept", actor=sold.actor("buyer"))
    made = SupplierItem.objects.unscoped("test").get(supplier=sold.alfa, item=sold.nut)
    assert (made.article, made.name, made.prices.get().price) == ("A-nut", "Mutter", D("0.02"))
    with pytest.raises(RuleBroken, match="no such article"), work():
        perform(unknown, "accept", actor=sold.actor("buyer"))


def test_who_may_not_decides_nothing(sold, work, propose):
    sent = propose({"article": "A-8x40", "price": D("0.95")})
    for who in ("alfa_admin", "beta_admin", "requester", "auditor"):
        with pytest.raises(NotAllowed), work():
            perform(sent, "accept", actor=sold.actor(who))
    with work():
        perform(sent, "withdraw", actor=sold.actor("alfa_admin"))
    with pytest.raises(RuleBroken), work():
        perform(sent, "accept", actor=sold.actor("buyer"))
    assert len(prices_of(sold.alfa_bolt)) == 2


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"price": D("-1")}, "price"), ({"price": D(0)}, "price"), ({"price": D("1e30")}, "price"),
        ({"price": D("NaN")}, "price"), ({"currency": "ZZZ"}, "currency"), ({"valid_from": OLD}, "valid_from"),
        ({"valid_from": dt.date(2999, 1, 2), "valid_to": dt.date(2999, 1, 1)}, "__all__"),
        ({"article": "B/77"}, "our_article"), ({"basis": "agreed"}, "basis"), ({"from_quantity": D("-5")}, "from_quantity"),
        ({"basis": "gift"}, "basis"), ({"lead_days": 100_000}, "lead_days"), ({"min_quantity": D("1e30")}, "min_quantity"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_and_leaves_nothing(sold, work, wrong, field):
    line = {"article": "A-8x40", "price": D("1.05")} | wrong
    with pytest.raises(InvalidInput) as refused, work():
        services.create_proposal(actor=sold.actor("alfa_admin"), title="x", lines=[line])
    assert f"lines.0.{field}" in refused.value.errors
    assert not PriceProposal.objects.unscoped("test").exists()


def test_a_proposal_that_was_sent_is_not_changed(sold, work, propose):
    sent = propose({"article": "A-8x40", "price": D("1.05")})
    with pytest.raises(RuleBroken), work():
        services.update_proposal(sent, actor=sold.actor("alfa_admin"), lines=[])
    empty = propose(sent=False)
    with pytest.raises(RuleBroken, match="at least one"), work():
        perform(empty, "send", actor=sold.actor("alfa_admin"))


@pytest.mark.parametrize("locked", [True, False])
def test_two_buyers_decide_at_once(committed_firm, work, monkeypatch, locked):
    """With the lock one of them decides; without it, as the control shows, both do."""
    firm = stock_up(committed_firm, work)
    with work():
        line = {"article": "A-8x40", "price": D("1.05"), "valid_from": clock.today()}
        made = services.create_proposal(actor=firm.actor("alfa_admin"), title="x", lines=[line])
        sent = perform(made, "send", actor=firm.actor("alfa_admin"))
    if not locked:
        monkeypatch.setattr(PriceProposal, "_do_update", models.Model._do_update)
    monkeypatch.setattr(records, "locked_row", meeting_place(records.locked_row))
    buyers = [firm.actor(who) for who in ("buyer", "buyer2")]
    tasks = [partial(perform, sent, move, actor=actor, reason="too dear")
             for move, actor in zip(("decline", "accept"), buyers, strict=True)]  # fmt: skip
    answers = at_once(*tasks) if locked else at_once(*tasks, edge=without_transaction)
    done = [one for one in answers if not isinstance(one, Exception)]
    assert len(done) == (1 if locked else 2), answers
    if locked:
        assert SupplierPrice.objects.unscoped("test").filter(supplier_item=firm.alfa_bolt).count() in (2, 3)
