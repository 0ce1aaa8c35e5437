"""A year's plan: written, proposed, submitted, approved by another, changed by versions."""

import datetime as dt
from decimal import Decimal

import pytest

from procurement.orders import services as orders
from procurement.patterns import services as patterns
from procurement.plans import selectors, services
from procurement.plans.models import PlanLine, ProcurementPlan
from srm.approvals import services as approvals
from srm.audit.models import AuditEvent
from srm.catalog import services as catalog
from srm.catalog.policy import services as policies
from srm.core import clock
from srm.core.actor import SYSTEM
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.flow.perform import perform
from srm.notify.models import Notice
from tests.plans.conftest import draft, line, lines_of, moved, year
from tests.races import at_once, meeting_place, without_transaction
from tests.requests.conftest import approved as approved_request
from tests.requests.conftest import line_of

D = Decimal


def every():
    return ProcurementPlan.objects.unscoped("test").order_by("pk")


def test_a_plan_goes_from_draft_to_force_by_four_eyes(firm, work, plan):
    assert (plan.line_count, plan.total, plan.currency) == (3, D(390), "EUR")
    submitted = moved(firm, work, plan, "submit")
    assert submitted.number
    assert Notice.objects.unscoped("test").filter(user=firm.users.head, kind="plans.submitted").exists()
    with pytest.raises(NotAllowed), work():
        perform(submitted, "approve", actor=firm.actor("buyer2"))
    assert moved(firm, work, submitted, "approve").state == "approved"
    assert Notice.objects.unscoped("test").filter(user=firm.users.buyer, kind="plans.decided").exists()


def test_who_wrote_or_changed_it_cannot_approve_it(firm, work, plan):
    with work():
        services.update_plan(plan, actor=firm.actor("head"), lines=[line(firm.tools, 2, "5")])
    submitted = moved(firm, work, plan, "submit")
    with pytest.raises(RuleBroken, match="wrote the plan"), work():
        perform(submitted, "approve", actor=firm.actor("head"))
    submitted.refresh_from_db()
    assert submitted.state == "submitted"


def test_an_empty_plan_is_not_submitted(firm, work):
    empty = draft(firm, work)
    with pytest.raises(RuleBroken, match="at least one line"), work():
        perform(empty, "submit", actor=firm.actor("buyer"))


def test_sent_back_and_taken_back_it_is_a_draft_again(firm, work, plan):
    assert moved(firm, work, plan, "submit", "send_back", "submit", "take_back").state == "draft"
    assert Notice.objects.unscoped("test").filter(user=firm.users.buyer, kind="plans.decided").exists()


def test_where_rules_ask_others_only_their_route_approves(firm, work, plan):
    with work():
        approvals.create_rule(
            actor=SYSTEM, kind="procurement.procurementplan", who="user", user=firm.users.head, order=1,
            min_amount=D(300),
        )  # fmt: skip
    submitted = moved(firm, work, plan, "submit")
    for move in ("approve", "send_back"):
        with pytest.raises(RuleBroken), work():
            perform(submitted, move, actor=firm.actor("head"), reason="At once")
    submitted.refresh_from_db()
    assert submitted.state == "submitted"
    with work():
        back = approvals.decide(submitted, actor=firm.actor("head"), outcome="returned", reason="Too much in March")
    assert back.state == "draft"
    again = moved(firm, work, back, "submit")
    with work():
        assert approvals.decide(again, actor=firm.actor("head"), outcome="approved").state == "approved"


def test_there_is_one_plan_for_a_year_and_only_planners_write_it(firm, work, plan):
    with pytest.raises(InvalidInput) as fault:
        draft(firm, work)
    assert "year" in fault.value.errors
    with pytest.raises(NotAllowed):
        draft(firm, work, actor="auditor", year=2090)
    assert every().count() == 1


def test_an_approved_plan_cannot_be_written(firm, work, approved):
    for write in (
        lambda: services.update_plan(approved, actor=firm.actor("buyer"), lines=[]),
        lambda: services.propose(approved, actor=firm.actor("buyer")),
        lambda: services.change_many(approved, actor=firm.actor("buyer"), shift=1),
        lambda: services.save_line(approved, actor=firm.actor("buyer"), values=line(firm.tools)),
    ):
        with pytest.raises(InvalidInput, match="Only a draft"), work():
            write()
    assert [one.amount for one in lines_of(approved)] == [100, 250, 40]


# -------------------------------------------------------------------------------------------------------- lines


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"month": 13}, "month"), ({"month": None}, "month"), ({"amount": D(-1)}, "amount"), ({"category": None}, "category"),
        ({"quantity": D(5)}, "unit"), ({"procedure": "guess"}, "procedure"), ({"justification": "x" * 301}, "justification"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_is_refused_and_the_plan_stays(firm, work, plan, values, where):
    kept = [{"id": one.public_id} for one in lines_of(plan)]
    with pytest.raises(InvalidInput) as fault, work():
        services.update_plan(plan, actor=firm.actor("buyer"), lines=[*kept, {**line(firm.tools), **values}])
    assert f"lines.3.{where}" in fault.value.errors
    assert (len(lines_of(plan)), every().get().total) == (3, 390)


def test_an_item_belongs_to_the_lines_category(firm, work):
    with pytest.raises(InvalidInput):
        draft(firm, work, line(firm.tools, item=firm.bolt))
    made = draft(firm, work, line(None, item=firm.bolt, quantity=D(10)))
    (only,) = lines_of(made)
    assert (only.category, only.unit) == (firm.fasteners, firm.bolt.base_unit)


def test_buyer_and_procedure_of_a_new_line_come_from_its_category(firm, work):
    with work():
        bolts = catalog.create_category(actor=SYSTEM, code="BOLT", parent=firm.fasteners, name_en="Bolts")
        catalog.update_category(firm.fasteners, actor=SYSTEM, buyer=firm.users.buyer2)
        policies.write_policy(actor=firm.actor("head"), category=firm.fasteners, procedure="rfq")
    made = draft(firm, work, line(bolts), line(bolts, 2, buyer=firm.users.buyer), line(firm.tools))
    assert [(one.buyer, one.procedure) for one in lines_of(made)] == [
        (firm.users.buyer2, "rfq"), (None, ""), (firm.users.buyer, "rfq"),
    ]  # fmt: skip


def test_lines_are_changed_dropped_and_added_in_one_go_and_noted(firm, work, plan):
    first, second, _third = lines_of(plan)
    with work():
        services.update_plan(
            plan, actor=firm.actor("buyer2"),
            lines=[{"id": first.public_id, "amount": D(70)}, {"id": second.public_id}, line(firm.tools, 12, "9")],
        )  # fmt: skip
    assert [(one.month, one.amount) for one in lines_of(plan)] == [(1, 70), (3, 250), (12, 9)]
    assert lines_of(plan)[0].key == first.key
    event = AuditEvent.objects.filter(verb="lines written").latest("sequence")
    assert {name: after for name, (_before, after) in event.changes.items()} == {
        "lines": 3, "added": 1, "changed": 1, "dropped": 1,
    }  # fmt: skip


def test_many_lines_change_at_once(firm, work, plan):
    with work():
        count = services.change_many(
            plan, actor=firm.actor("buyer"), category=firm.fasteners, first=2, percent=D("10.5"), shift=2,
            buyer=firm.users.buyer2,
        )  # fmt: skip
    assert count == 1
    assert [(one.month, one.amount, one.buyer) for one in lines_of(plan)] == [
        (1, 100, None), (3, 40, None), (5, D("276.25"), firm.users.buyer2),
    ]  # fmt: skip
    assert every().get().total == D("416.25")
    for refused in ({"shift": 11}, {"category": firm.tools, "first": 5}, {}):
        with pytest.raises(InvalidInput), work():
            services.change_many(plan, actor=firm.actor("buyer"), **refused)
    assert every().get().total == D("416.25")


# -------------------------------------------------------------------------------------------------- proposing


def ordered(firm, work, net, month, item=None):
    """An order sent in a month of this year."""
    with clock.set_to(dt.datetime(clock.today().year, month, 10, 9, tzinfo=dt.UTC)), work():
        item = item or firm.bolt
        made = orders.create_order(
            actor=firm.actor("buyer"), supplier=firm.alfa, legal_entity=firm.entity,
            lines=[{"item": item, "quantity": D(1), "unit": item.base_unit, "price": D(net)}],
        )  # fmt: skip
        for move, who in (("approve", "head"), ("send", "buyer")):
            made = perform(made, move, actor=firm.actor(who))
    return made


def test_a_proposal_takes_the_larger_of_last_year_and_of_what_is_known(firm, work):
    ordered(firm, work, 500, 4)
    ordered(firm, work, 80, 5, firm.gloves)
    soon = dt.date(year(), 5, 20)
    approved_request(firm, line_of(firm, firm.gloves, quantity="100", estimate="2", need_by=soon))
    made = draft(firm, work)
    with work():
        services.propose(made, actor=firm.actor("buyer"))
    assert [(one.category, one.month, one.amount, one.source) for one in lines_of(made)] == [
        (firm.fasteners, 4, 500, "proposed"), (firm.tools, 5, 200, "proposed"),
    ]  # fmt: skip
    assert "80.00" in lines_of(made)[1].justification
    assert "200.00" in lines_of(made)[1].justification
    with pytest.raises(RuleBroken, match="Nothing is known"), work():
        services.propose(made, actor=firm.actor("buyer"))


def test_what_is_written_already_is_left_alone(firm, work):
    ordered(firm, work, 500, 4)
    made = draft(firm, work, line(firm.fasteners, 4, "1"))
    with pytest.raises(RuleBroken), work():
        services.propose(made, actor=firm.actor("buyer"))
    assert [one.amount for one in lines_of(made)] == [1]


def test_recurring_requests_are_planned_for_each_of_their_months(firm, work):
    with work():
        template = patterns.create_template(
            actor=firm.actor("requester"), name="Bolts", department=firm.assembly, lead_days=1, cost_center=firm.cc_assembly,
            lines=[{"item": firm.bolt, "quantity": "1000", "unit": firm.bolt.base_unit}],
        )  # fmt: skip
        patterns.create_recurrence(
            actor=firm.actor("requester"), template=template, every="quarter", day=1, starts_on=dt.date(year(), 1, 1),
        )  # fmt: skip
    found = selectors.recurring(firm.entity, year())
    assert found == {(firm.fasteners.pk, month): D(61) for month in (1, 4, 7, 10)}


# --------------------------------------------------------------------------------------------------- versions


def test_a_change_is_the_next_version_and_the_old_one_holds_until_then(firm, work, approved):
    with work():
        second = services.revise(approved, actor=firm.actor("buyer"))
    assert (second.edition, second.follows_id, second.total) == (2, approved.pk, 390)
    assert [one.key for one in lines_of(second)] == [one.key for one in lines_of(approved)]
    with pytest.raises(RuleBroken, match="already"), work():
        services.revise(approved, actor=firm.actor("buyer"))
    first, middle, last = lines_of(second)
    with work():
        services.update_plan(
            second, actor=firm.actor("buyer"),
            lines=[{"id": first.public_id, "amount": D(120), "month": 2}, {"id": last.public_id}, line(firm.tools, 6, "7")],
        )  # fmt: skip
    approved.refresh_from_db()
    assert (approved.state, approved.total) == ("approved", 390)
    found = selectors.differences(approved, second)
    assert [(one.fields["month"], one.fields["amount"]) for one in found.changed] == [((1, 2), (100, 120))]
    assert [key for key, _values in found.dropped] == [middle.key]
    assert [values["amount"] for _key, values in found.added] == [7]
    moved(firm, work, second, "submit", "approve")
    approved.refresh_from_db()
    assert approved.state == "closed"
    assert every().filter(state="approved").get() == second
    assert PlanLine.objects.unscoped("test").filter(plan=approved).count() == 3


def test_a_draft_has_no_next_version(firm, work, plan):
    with pytest.raises(RuleBroken), work():
        services.revise(plan, actor=firm.actor("buyer"))
    assert every().count() == 1


@pytest.mark.parametrize("locked", [True, False], ids=["locked", "control"])
def test_two_buyers_at_once_begin_one_next_version(committed_firm, work, monkeypatch, locked):
    """The approved plan's row makes one wait; without the lock both find no open version."""
    firm = committed_firm
    first = moved(firm, work, draft(firm, work, line(firm.fasteners)), "submit", "approve")
    actors = [firm.actor("buyer"), firm.actor("buyer2")]
    monkeypatch.setattr(services, "_being_written", meeting_place(services._being_written))
    if not locked:
        monkeypatch.setattr(services.records, "locked_row", lambda row, **_more: row)
    answers = at_once(
        *(lambda actor=actor: services.revise(first, actor=actor) for actor in actors),
        **({} if locked else {"edge": without_transaction}),
    )
    assert every().count() == 2, "the constraint stands behind the lock"
    refusals = [one for one in answers if isinstance(one, Exception)]
    assert len(refusals) == 1
    assert isinstance(refusals[0], RuleBroken) == locked, refusals
