"""Transfers, new money, cuts: somebody else approves them, and what is spoken for stays covered."""

import datetime as dt
from decimal import Decimal

import pytest

from srm.approvals import services as approvals
from srm.approvals.models import ApprovalRule, ApprovalStep
from srm.budget import changes, selectors, services
from srm.budget.accounts import Account
from srm.budget.models import BudgetChange, BudgetEntry, BudgetLine
from srm.core import clock
from srm.core.actor import SYSTEM
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken, Stale
from srm.flow.perform import perform
from srm.notify.models import Notice
from srm.people.models import LegalEntity, User, UserRole
from srm.ui.links import url_of
from tests.budget.conftest import DAY, YEAR, buckets, read
from tests.races import at_once, meeting_place, without_transaction
from tests.rest.helpers import api

D = Decimal


@pytest.fixture
def two(budget, firm):
    """The assembly's general budget of 1,000 and one of 100 for tools."""
    return budget(1000), budget(100, category=firm.tools)


@pytest.fixture
def ask(firm, work):
    """`ask("budget_owner", 50, giver=..., receiver=...)`: a change, sent."""

    def call(who, amount, giver=None, receiver=None, reason="More tools are needed"):
        with work():
            made = changes.create_change(
                actor=firm.actor(who), amount=D(amount), giver=giver, receiver=receiver, reason=reason
            )
            return perform(made, "submit", actor=firm.actor(who))

    return call


def move(firm, work, change, name, who, **details):
    with work():
        return perform(BudgetChange.rows.get(pk=change.pk), name, actor=firm.actor(who), **details)


def amounts(*lines):
    return tuple(read(line).amount for line in lines)


def test_an_owner_asks_finance_approves_and_both_budgets_tell(firm, work, two, ask):
    giver, receiver = two
    change = ask("budget_owner", 300, giver, receiver)
    assert amounts(giver, receiver) == (1000, 100)
    told = {notice.user for notice in Notice.objects.unscoped("test") if "waits" in notice.title}
    assert told == {firm.users.accountant}
    change = move(firm, work, change, "approve", "accountant")
    assert change.number.startswith("BC")
    assert amounts(giver, receiver) == (700, 400)
    entries = (
        BudgetEntry.objects.unscoped("test").order_by("pk").values_list("line", "bucket", "amount", "document_number")
    )
    assert set(entries) == {
        (giver.pk, "granted", D(-300), change.number), (receiver.pk, "granted", D(300), change.number),
    }  # fmt: skip
    assert selectors.disagreements() == []


@pytest.mark.parametrize("who", ["budget_owner", "approver", "head"])
def test_nobody_approves_his_own_and_nobody_whom_it_does_not_concern(firm, work, two, ask, who):
    change = ask("budget_owner", 300, *two)
    with pytest.raises((RuleBroken, NotAllowed)):
        move(firm, work, change, "approve", who)
    assert amounts(*two) == (1000, 100)
    assert BudgetChange.rows.get(pk=change.pk).state == "submitted"


def test_a_second_account_of_its_author_is_no_second_pair_of_eyes(firm, work, two, ask):
    change = ask("budget_owner", 300, *two)
    User.objects.filter(pk=firm.users.accountant.pk).update(person=firm.users.budget_owner.person_id)
    with pytest.raises(RuleBroken, match="had a part"):
        move(firm, work, change, "approve", "accountant")


def test_who_edited_it_does_not_approve_it_either(firm, work, two):
    with work():
        change = changes.create_change(
            actor=firm.actor("budget_owner"), amount=D(10), giver=two[0], receiver=two[1], reason="tools"
        )
    with work():
        changes.update_change(change, actor=firm.actor("accountant"), version=1, amount=D(20))
    change = move(firm, work, change, "submit", "budget_owner")
    with pytest.raises(RuleBroken, match="had a part"):
        move(firm, work, change, "approve", "accountant")


def test_what_finance_asks_for_the_owner_of_the_giving_budget_answers(firm, work, two, ask):
    change = ask("accountant", 300, *two)
    with pytest.raises(RuleBroken):
        move(firm, work, change, "approve", "approver")
    assert move(firm, work, change, "approve", "budget_owner").state == "approved"
    assert amounts(*two) == (700, 400)


def test_what_is_spoken_for_stays_covered(firm, work, two, ask):
    giver, receiver = two
    account = Account(firm.cc_assembly, firm.fasteners, DAY)
    with work():
        services.reserve(actor=SYSTEM, account=account, amount=D(800), request_line_id="L1", document=None)
    change = ask("budget_owner", "200.01", giver, receiver)
    with pytest.raises(RuleBroken, match=r"200\.00"):
        move(firm, work, change, "approve", "accountant")
    assert amounts(giver, receiver) == (1000, 100)
    assert move(firm, work, ask("budget_owner", 200, giver, receiver), "approve", "accountant").state == "approved"
    assert read(giver).left == 0


def test_new_money_and_a_cut(firm, work, two, ask):
    giver, receiver = two
    assert (
        move(firm, work, ask("budget_owner", 50, receiver=receiver), "approve", "accountant").kind_label == "New money"
    )
    assert move(firm, work, ask("accountant", 400, giver=giver), "approve", "budget_owner").kind_label == "Cut"
    assert amounts(giver, receiver) == (600, 150)


def test_returned_it_is_changed_and_sent_again_rejected_it_is_over(firm, work, two, ask):
    change = move(firm, work, ask("budget_owner", 900, *two), "send_back", "accountant", reason="too much")
    assert change.state == "draft"
    with work():
        change = changes.update_change(change, actor=firm.actor("budget_owner"), amount=D(90))
    change = move(firm, work, change, "submit", "budget_owner")
    assert move(firm, work, change, "reject", "accountant", reason="still too much").state == "rejected"
    assert amounts(*two) == (1000, 100)
    with pytest.raises(RuleBroken):
        move(firm, work, change, "approve", "accountant")
    subjects = [notice.title for notice in Notice.objects.unscoped("test").filter(user=firm.users.budget_owner)]
    assert any("returned" in subject for subject in subjects)
    assert any("rejected" in subject for subject in subjects)


def test_only_its_author_or_finance_withdraws_it(firm, work, two, ask):
    change = ask("accountant", 90, *two)
    with pytest.raises(RuleBroken):
        move(firm, work, change, "withdraw", "budget_owner")
    assert move(firm, work, change, "withdraw", "accountant").state == "withdrawn"


def test_where_a_rule_fits_only_those_it_names_decide(firm, work, two, ask):
    ApprovalRule.objects.create(kind=changes.KIND, who="role", role="head", min_amount=200)
    small, large = ask("budget_owner", "199.99", *two), ask("budget_owner", 200, *two)
    assert move(firm, work, small, "approve", "accountant").state == "approved"
    for name in ("approve", "reject"):
        with pytest.raises(RuleBroken):
            move(firm, work, large, name, "accountant", reason="no right to")
    step = ApprovalStep.objects.unscoped("test").get(route__document_id=large.public_id)
    with work():
        approvals.decide_step(step, actor=firm.actor("head"), outcome="approved")
    assert BudgetChange.rows.get(pk=large.pk).state == "approved"
    assert amounts(*two) == (D("600.01"), D("499.99"))


def test_a_rule_sends_it_back_and_it_is_asked_anew(firm, work, two, ask):
    rule = ApprovalRule.objects.create(kind=changes.KIND, who="role", role="head", min_amount=0)
    change = ask("budget_owner", 10, *two)
    with work():
        approvals.decide(change, actor=firm.actor("head"), outcome="returned", reason="why so little")
    rule.delete()
    change = move(firm, work, change, "submit", "budget_owner")
    with pytest.raises(RuleBroken):
        move(firm, work, change, "approve", "head")
    assert move(firm, work, change, "approve", "accountant").state == "approved"


@pytest.mark.parametrize("wrong", ["nothing", "itself", "another year", "another firm"])
def test_budgets_that_do_not_go_together(firm, work, budget, two, wrong):
    giver, _receiver = two
    if wrong == "another firm":
        entity = LegalEntity.objects.create(code="Q2", name_en="Second")
        firm.service.legal_entity = entity
        firm.service.save()
    pairs = {
        "nothing": (None, None), "itself": (giver, giver), "another year": (giver, budget(5, year=YEAR + 1)),
        "another firm": (giver, budget(5, cost_center=firm.cc_service)),
    }  # fmt: skip
    with pytest.raises(InvalidInput), work():
        changes.create_change(
            actor=firm.actor("accountant"),
            amount=D(1),
            giver=pairs[wrong][0],
            receiver=pairs[wrong][1],
            reason="why not",
        )
    assert not BudgetChange.rows.exists()


def test_an_owner_moves_no_money_between_budgets_of_others(firm, work, two):
    User.objects.filter(pk=firm.users.budget_owner.pk).update(department=firm.finance)
    for center in (firm.cc_assembly, firm.cc_service):
        center.owner = None
        center.save()
    with pytest.raises(NotAllowed), work():
        changes.create_change(
            actor=firm.actor("budget_owner"), amount=D(1), giver=two[0], receiver=two[1], reason="why not"
        )


# -- the hole ----------------------------------------------------------------


@pytest.mark.parametrize("who", ["budget_owner", "accountant"])
def test_once_its_period_has_begun_nobody_types_over_an_amount(firm, work, budget, who):
    line = budget(1000, year=clock.today().year)
    with pytest.raises(InvalidInput, match="has begun"), work():
        services.update_line(line, actor=firm.actor(who), amount=D(2000))
    assert read(line).amount == 1000
    later = budget(1000, year=clock.today().year + 1)
    with work():
        services.update_line(later, actor=firm.actor(who), amount=D(2000))
    assert read(later).amount == 2000


def test_an_owner_gives_himself_nothing_by_a_new_budget_of_a_period_that_has_begun(firm, work, budget):
    year = clock.today().year
    new = {"cost_center": firm.cc_assembly, "year": year, "category": firm.tools}
    with pytest.raises(InvalidInput, match="has begun"), work():
        services.create_line(actor=firm.actor("budget_owner"), amount=D(5), **new)
    with work():
        empty = services.create_line(actor=firm.actor("budget_owner"), amount=D(0), **new)
    future = budget(700, year=year + 1, category=firm.fasteners)
    with pytest.raises(InvalidInput, match="has begun"), work():
        services.update_line(future, actor=firm.actor("budget_owner"), year=year)
    with work():
        services.create_line(actor=firm.actor("accountant"), amount=D(5), **{**new, "category": None})
    assert (read(empty).amount, read(future).year) == (0, year + 1)


# -- races -------------------------------------------------------------------


@pytest.fixture
def two_take(committed_firm, budget):
    """Two transfers of 60 out of 100 are approved at once; giver, receivers and both answers."""
    firm = committed_firm
    giver, one, two = budget(100), budget(0, category=firm.tools), budget(0, category=firm.fasteners)

    def shift(receiver):
        document = firm.warehouse
        return lambda: services.shift(giver, receiver, D(60), document=document, actor=SYSTEM)

    def run(**options):
        return (giver, one, two), at_once(shift(one), shift(two), **options)

    return run


def test_of_two_transfers_of_the_last_money_exactly_one_wins(two_take, monkeypatch):
    monkeypatch.setattr(services, "_locked", meeting_place(services._locked))
    lines, answers = two_take()
    assert [answer for answer in answers if answer is None] == [None]
    assert len([answer for answer in answers if isinstance(answer, RuleBroken)]) == 1
    assert sorted(amounts(*lines)) == [0, 40, 60]


def test_without_the_lock_both_win(two_take, monkeypatch):
    def unlocked(pk):
        rows = BudgetLine.objects.unscoped("the lock is taken away").select_related("cost_center__owner", "category")
        return rows.get(pk=pk)

    monkeypatch.setattr(services, "_locked", meeting_place(unlocked))
    lines, answers = two_take(edge=without_transaction)
    assert answers == [None, None]
    assert sum(amounts(*lines)) > 100


def test_a_stale_edit_is_refused(firm, work, two):
    with work():
        change = changes.create_change(
            actor=firm.actor("budget_owner"), amount=D(10), giver=two[0], receiver=two[1], reason="tools"
        )
    with work():
        changes.update_change(change, actor=firm.actor("budget_owner"), version=1, amount=D(11))
    with pytest.raises(Stale), work():
        changes.update_change(change, actor=firm.actor("budget_owner"), version=1, amount=D(12))


# -- pages and API -----------------------------------------------------------


def test_from_the_budgets_page_to_the_approval(firm, client_of, two, django_assert_max_num_queries):
    giver, receiver = two
    owner, finance = client_of("budget_owner"), client_of("accountant")
    assert "Transfer to another budget" in owner.get(url_of(giver)).content.decode()
    form = owner.get("/budget/changes/new/", {"giver": giver.public_id})
    assert giver.public_id in form.content.decode()
    data = {"giver": giver.public_id, "receiver": receiver.public_id, "amount": "250", "reason": "a new press"}
    assert owner.post("/budget/changes/new/", data).status_code == 302
    change = BudgetChange.rows.get()
    assert owner.post(url_of(change, "move", move="submit")).status_code == 302
    for client, path in (
        (finance, url_of(change)),
        (finance, "/budget/changes/"),
        (owner, url_of(change)),
        (owner, url_of(giver)),
    ):
        client.get(path)
        with django_assert_max_num_queries(25):
            assert client.get(path).status_code == 200
    text = finance.get(url_of(change)).content.decode()
    assert "750.00" in text
    assert "a new press" in text
    assert finance.post(url_of(change, "move", move="approve")).status_code == 302
    assert amounts(giver, receiver) == (750, 350)
    assert change.public_id in owner.get(f"{url_of(giver)}?tab=changes").content.decode()
    entries = owner.get("/budget/entries/", {"bucket": "granted"}).content.decode()
    assert "250.00" in entries


def test_who_is_asked_by_a_rule_sees_and_decides_it(firm, client_of, two, ask):
    UserRole.objects.create(user=firm.users.officer, role="approver")
    ApprovalRule.objects.create(kind=changes.KIND, who="user", user=firm.users.officer, min_amount=0)
    change = ask("budget_owner", 25, *two)
    client = client_of("officer")
    assert client.get(url_of(change)).status_code == 200
    step = ApprovalStep.objects.unscoped("test").get()
    page = client.get(url_of(step))
    assert page.status_code == 200
    assert "More tools are needed" in page.content.decode()
    sent = {"outcome": "approved", "seen": step.route.content_hash}
    assert client.post(url_of(step, "decide"), sent).status_code == 302
    assert BudgetChange.rows.get(pk=change.pk).state == "approved"


def test_changes_are_seen_by_those_they_concern(firm, client_of, budget, ask):
    firm.cc_service.owner = None
    firm.cc_service.save()
    foreign = ask("accountant", 5, receiver=budget(77, cost_center=firm.cc_service))
    assert client_of("budget_owner").get(url_of(foreign)).status_code == 404
    assert foreign.public_id not in client_of("budget_owner").get("/budget/changes/").content.decode()
    assert foreign.public_id in client_of("auditor").get("/budget/changes/").content.decode()
    for name in ("requester", "storekeeper", "alfa_admin"):
        for path in ("/budget/changes/", url_of(foreign), "/budget/changes/new/"):
            assert client_of(name).get(path).status_code in (403, 404), (name, path)


def test_programs_ask_and_approve_as_people_do(firm, two):
    giver, receiver = two
    owner, finance = api(firm.users.budget_owner), api(firm.users.accountant)
    data = {"giver": giver.public_id, "receiver": receiver.public_id, "amount": "12.50", "reason": "by a program"}
    made = owner.post("/api/v1/budget-changes/", data)
    assert made.status_code == 201, made.content
    where = f"/api/v1/budget-changes/{made.json()['id']}/"
    assert owner.post(f"{where}moves/submit/", {}).status_code == 200
    assert owner.post(f"{where}moves/approve/", {}).status_code == 409
    assert finance.post(f"{where}moves/approve/", {}).json()["state"] == "approved"
    assert amounts(giver, receiver) == (D("987.50"), D("112.50"))
    assert owner.post("/api/v1/budget-changes/", {**data, "amount": "0"}).status_code == 422
    assert api(firm.users.requester).post("/api/v1/budget-changes/", data).status_code == 403


def test_the_burn_tells_what_the_budget_was_in_each_month(firm, work, budget, ask):
    line = budget(100)
    with clock.set_to(dt.datetime(YEAR, 4, 10, tzinfo=dt.UTC)):
        move(firm, work, ask("budget_owner", 50, receiver=line), "approve", "accountant")
    months = {month.month.month: month.amount for month in selectors.burn(read(line)) if month.month.year == YEAR}
    assert (months[3], months[4]) == (100, 150)
    assert buckets(line) == (0, 0, 0)


def test_the_list_shows_each_what_waits_for_him(firm, client_of, two, ask):
    by_owner, by_finance = ask("budget_owner", 5, *two), ask("accountant", 6, *two)
    ApprovalRule.objects.create(kind=changes.KIND, who="role", role="head", min_amount=7)
    by_rule = ask("budget_owner", 8, *two)

    def waiting(name):
        rows = client_of(name).get("/budget/changes/", {"to_answer": "on"}).context["table"].rows
        return {row.id for row in rows}

    assert waiting("accountant") == {by_owner.public_id}
    assert waiting("budget_owner") == {by_finance.public_id}
    assert waiting("approver") == set()
    assert by_rule.number in client_of("head").get("/approvals/").content.decode()
