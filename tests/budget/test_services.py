"""Reserving, ordering, spending, giving back."""

import datetime as dt
from decimal import Decimal

import pytest

from srm.audit.models import AuditEvent
from srm.audit.selectors import history
from srm.budget import selectors, services
from srm.budget.accounts import Account
from srm.budget.models import BudgetEntry, BudgetLine
from srm.catalog.services import create_category
from srm.core import clock
from srm.core.actor import SYSTEM
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken, Stale
from srm.notify.models import Notice
from tests.budget.conftest import DAY, YEAR, buckets, read, set_policy

D = Decimal
NEXT = dt.date(YEAR + 1, 5, 20)


@pytest.fixture
def reserve(firm, work):
    """`reserve(100)`: an approved need of the assembly for fasteners."""

    def call(amount, line="L1", **values):
        account = Account(firm.cc_assembly, values.pop("category", firm.fasteners), values.pop("day", DAY))
        with work():
            return services.reserve(
                actor=SYSTEM, account=account, amount=D(amount), request_line_id=line, document=None, **values
            )

    return call


@pytest.fixture
def book(firm, work):
    """`book("commit", 100)`: one of the other bookings."""

    def call(name, amount=None, line="L1", **values):
        if amount is not None:
            values["amount"] = D(amount)
        if name in {"commit", "spend", "hold"}:
            values.setdefault("account", Account(firm.cc_assembly, firm.fasteners, DAY))
        with work():
            return getattr(services, name)(actor=SYSTEM, request_line_id=line, document=None, **values)

    return call


def test_money_moves_from_reserved_to_ordered_to_spent(budget, reserve, book):
    line = budget(1000)
    assert reserve(400) == []
    assert buckets(line) == (400, 0, 0)
    book("commit", 150)
    assert buckets(line) == (250, 150, 0)
    book("commit", 250)
    book("spend", 100)
    assert buckets(line) == (0, 300, 100)
    assert read(line).left == 600
    assert selectors.disagreements() == []


def test_a_stop_refuses_in_a_sentence_and_books_nothing(budget, reserve, firm):
    line = budget(500)
    reserve(450)
    with pytest.raises(RuleBroken) as refusal:
        reserve("50.01", line="L2")
    (sentence,) = refusal.value.reasons
    assert "50.00" in sentence
    assert firm.users.budget_owner.name in sentence
    assert buckets(line) == (450, 0, 0)
    assert BudgetEntry.objects.unscoped("test").count() == 1
    assert reserve(50, line="L2") == []


def test_a_warning_lets_it_through_and_says_how_far_over(budget, reserve):
    line = budget(100, policy="warn")
    (sentence,) = reserve(130)
    assert "30.00" in sentence
    assert read(line).left == -30


def test_where_it_only_warns_nothing_is_reserved_without_a_budget_and_nothing_breaks(reserve, book):
    for answer in (reserve(100), book("commit", 100), book("spend", 100)):
        assert "No budget" in answer[0]
    assert book("release") == 0
    assert not BudgetEntry.objects.unscoped("test").exists()


def test_the_nearest_categorys_budget_is_asked_first(budget, reserve, firm, work):
    with work():
        bolts = create_category(actor=SYSTEM, code="BOLT", parent=firm.fasteners, name_en="Bolts")
        metric = create_category(actor=SYSTEM, code="METR", parent=bolts, name_en="Metric bolts")
    general, of_fasteners, of_bolts = budget(1000), budget(100, category=firm.fasteners), budget(10, category=bolts)
    found = {
        what: selectors.line_for(Account(center, category, day))
        for what, center, category, day in (
            ("bolts", firm.cc_assembly, metric, DAY), ("fasteners", firm.cc_assembly, firm.fasteners, DAY),
            ("tools", firm.cc_assembly, firm.tools, DAY), ("anything", firm.cc_assembly, None, DAY),
            ("another's", firm.cc_service, metric, DAY), ("next year's", firm.cc_assembly, metric, NEXT),
        )
    }  # fmt: skip
    assert found == {
        "bolts": of_bolts, "fasteners": of_fasteners, "tools": general, "anything": general, "another's": None,
        "next year's": None,
    }  # fmt: skip
    # The general budget is no way around the stop of a category's own.
    with pytest.raises(RuleBroken):
        reserve(11, category=metric)
    reserve(10, category=metric)
    assert (buckets(general), buckets(of_bolts)) == ((0, 0, 0), (10, 0, 0))


def test_a_reservation_stays_where_it_was_made_when_a_narrower_budget_comes(budget, reserve, book, firm):
    general = budget(1000)
    reserve(300)
    narrow = budget(5, category=firm.fasteners)
    book("commit", 300)
    assert buckets(general) == (0, 300, 0)
    assert buckets(narrow) == (0, 0, 0)


def test_an_order_dearer_than_reserved_needs_room_for_the_difference(budget, reserve, book):
    line = budget(100)
    reserve(90)
    with pytest.raises(RuleBroken):
        book("commit", "100.01")
    assert buckets(line) == (90, 0, 0)
    assert book("commit", 100) == []
    assert buckets(line) == (0, 100, 0)
    with pytest.raises(RuleBroken):
        book("spend", "100.01")
    assert buckets(line) == (0, 100, 0)


def test_a_cheaper_order_leaves_the_rest_reserved_until_it_is_released(budget, reserve, book):
    line = budget(100)
    reserve(90)
    book("commit", 70)
    assert buckets(line) == (20, 70, 0)
    assert book("release") == 20
    assert buckets(line) == (0, 70, 0)


def test_what_was_released_must_find_room_again(budget, reserve, book):
    line = budget(100)
    reserve(80, line="L1")
    book("release", line="L1")
    reserve(80, line="L2")
    with pytest.raises(RuleBroken):
        book("commit", 80, line="L1")
    book("commit", 20, line="L1")
    assert buckets(line) == (80, 20, 0)


def test_release_gives_back_no_more_than_is_there_and_of_that_line_only(budget, reserve, book):
    line = budget(100)
    reserve(30, line="L1")
    reserve(40, line="L2")
    assert book("release", 50, line="L1") == 30
    assert book("release", 5, line="L1") == 0
    assert book("release", 15, line="L2") == 15
    assert buckets(line) == (25, 0, 0)
    book("commit", 25, line="L2")
    assert book("release", line="L2", bucket="committed") == 25
    assert buckets(line) == (0, 0, 0)


def test_a_cancelled_order_and_a_reversed_receipt_go_back_one_step(budget, reserve, book):
    line = budget(100)
    reserve(60)
    book("commit", 60)
    book("spend", 50)
    assert book("unspend", 20) == 20
    assert buckets(line) == (0, 30, 30)
    assert book("uncommit", 100) == 30
    assert buckets(line) == (30, 0, 30)
    # Nothing is asked when nothing grows, even where the budget was cut meanwhile.
    BudgetLine.objects.unscoped("test").filter(pk=line.pk).update(amount=10)
    assert book("unspend", 30) == 30
    assert buckets(line) == (30, 30, 0)


def test_where_it_stops_an_empty_account_is_a_fault_and_no_way_round(reserve, book, budget, firm):
    set_policy(firm.cc_assembly, "stop")
    for call in (lambda: reserve(1), lambda: book("commit", 1), lambda: book("spend", 1), lambda: book("hold", 1)):
        with pytest.raises(RuleBroken) as refusal:
            call()
        assert firm.users.budget_owner.name in refusal.value.reasons[0]
    budget(100, year=YEAR + 1)
    with pytest.raises(RuleBroken, match="2026"):
        reserve(1)
    assert reserve(1, day=NEXT) == []
    assert BudgetEntry.objects.unscoped("test").count() == 1


def test_what_was_never_reserved_is_asked_for_when_it_is_ordered_and_when_it_comes(budget, book):
    line = budget(100)
    assert book("commit", 60) == []
    with pytest.raises(RuleBroken):
        book("commit", 41, line="L2")
    assert book("spend", 40, line="L3") == []
    assert buckets(line) == (0, 60, 40)


def test_a_reserve_is_made_what_an_award_costs(budget, reserve, book):
    line = budget(100)
    reserve(60)
    assert book("hold", 90) == []
    assert buckets(line) == (90, 0, 0)
    with pytest.raises(RuleBroken):
        book("hold", "100.01")
    assert book("hold", 40) == []
    assert book("hold", 50, grow=False) == []
    assert buckets(line) == (40, 0, 0)
    assert book("hold", 60, line="L2") == []
    assert buckets(line) == (100, 0, 0)


def test_a_months_budget_is_asked_before_the_quarters_and_the_years(budget, reserve, firm):
    year, quarter, may = budget(100), budget(50, period="q2"), budget(10, period="m05")
    of_fasteners = budget(5, category=firm.fasteners)
    tools = {"category": firm.tools}
    reserve(10, **tools)
    with pytest.raises(RuleBroken, match="May 2026"):
        reserve(1, **tools)
    reserve(7, day=dt.date(YEAR, 6, 1), **tools)
    reserve(9, day=dt.date(YEAR, 7, 1), **tools)
    reserve(5)
    assert [buckets(line)[0] for line in (year, quarter, may, of_fasteners)] == [9, 7, 10, 5]
    assert (quarter.starts_on, quarter.ends_on) == (dt.date(YEAR, 4, 1), dt.date(YEAR, 6, 30))
    assert (year.starts_on, year.ends_on) == (dt.date(YEAR, 1, 1), dt.date(YEAR, 12, 31))
    assert (may.starts_on, may.ends_on) == (dt.date(YEAR, 5, 1), dt.date(YEAR, 5, 31))


@pytest.mark.parametrize("amount", ["-1", "0.001"])
def test_amounts_that_cannot_be_are_refused(budget, reserve, amount):
    budget(100)
    with pytest.raises(InvalidInput) as refusal:
        reserve(amount)
    assert "amount" in refusal.value.errors


def test_nothing_is_reserved_for_what_costs_nothing(budget, reserve):
    line = budget(0)
    assert reserve(0) == []
    assert buckets(line) == (0, 0, 0)


def test_a_check_speaks_only_where_the_budget_stops(budget, firm):
    account = Account(firm.cc_assembly, firm.fasteners, DAY)
    assert selectors.check(account, D(1)) is None
    budget(100)
    assert selectors.check(account, D(100)) is None
    assert "raise" in selectors.check(account, D(101))
    set_policy(firm.cc_assembly, "warn")
    assert selectors.check(account, D(101)) is None
    outlook = selectors.outlook(account, D(101))
    assert (outlook.fits, outlook.stops) == (False, False)
    assert "exceeded" in outlook.sentence


def test_the_owner_is_told_once_when_it_gets_short_and_when_it_is_gone(budget, reserve, book, firm, work):
    line = budget(100)
    reserve(79)
    notices = Notice.objects.unscoped("test").filter(user=firm.users.budget_owner)
    assert not notices.exists()
    reserve(16, line="L2")
    assert notices.count() == 1
    assert "5.00" in notices.get().title
    # Going back and forth over a limit is told once; what goes over the next limit is told again.
    book("release", line="L2")
    reserve(16, line="L2")
    assert notices.count() == 1
    reserve(5, line="L3")
    assert notices.count() == 2
    assert read(line).left == 0
    with work():
        services.update_line(read(line), actor=SYSTEM, amount=D(120))
    reserve(1, line="L4")
    assert notices.count() == 3


def test_bookings_are_logged_and_leave_the_history_of_the_budget_to_its_makers(budget, reserve):
    line = budget(100)
    reserve(80)
    event = AuditEvent.objects.get(subject_kind="srm.budgetentry")
    assert event.changes == {"line": line.public_id, "bucket": "reserved", "amount": "80", "request_line": "L1"}
    assert [one.verb for one in history(line)] == ["created"]


# -- lines -------------------------------------------------------------------


def test_one_budget_per_cost_centre_category_and_year(budget, firm):
    budget(100)
    budget(100, category=firm.fasteners)
    budget(100, year=YEAR + 1)
    for again in ({}, {"category": firm.fasteners}):
        with pytest.raises(InvalidInput, match="already has a budget"):
            budget(100, **again)


def test_a_used_budget_keeps_its_place_and_may_be_cut(budget, reserve, firm, work):
    line = budget(100)
    with work():
        line = services.update_line(line, actor=SYSTEM, version=1, year=YEAR + 1)
        line = services.update_line(line, actor=SYSTEM, year=YEAR)
    reserve(60)
    for change in ({"year": YEAR + 1}, {"cost_center": firm.cc_service}, {"category": firm.tools}, {"period": "q1"},
                   {"currency": "USD"}):  # fmt: skip
        with pytest.raises(InvalidInput), work():
            services.update_line(line, actor=SYSTEM, **change)
    with work():
        line = services.update_line(line, actor=SYSTEM, amount=D(50))
    assert line.left == -10
    with pytest.raises(RuleBroken):
        reserve("0.01", line="L2")
    with pytest.raises(Stale), work():
        services.update_line(line, actor=SYSTEM, version=1, amount=D(70))


def test_an_owner_sets_his_own_budgets_and_finance_sets_all(budget, firm, work):
    owner = firm.actor("budget_owner")
    firm.cc_service.owner = None
    firm.cc_service.save()
    year = clock.today().year + 1
    with work():
        line = services.create_line(actor=owner, cost_center=firm.cc_assembly, year=year, amount=D(10))
    assert line.currency == "EUR"
    with pytest.raises(NotAllowed), work():
        services.create_line(actor=owner, cost_center=firm.cc_service, year=YEAR, amount=D(10))
    with work():
        foreign = services.create_line(
            actor=firm.actor("accountant"), cost_center=firm.cc_service, year=YEAR, amount=D(10)
        )
    with pytest.raises(NotAllowed), work():
        services.update_line(foreign, actor=owner, amount=D(99))
    with pytest.raises(NotAllowed), work():
        services.update_line(line, actor=owner, cost_center=firm.cc_service)


def test_who_sees_which_budgets(budget, firm):
    mine, foreign = budget(10), budget(10, cost_center=firm.cc_service)
    firm.cc_service.owner = None
    firm.cc_service.save()
    see = {
        name: set(BudgetLine.objects.visible_to(firm.actor(name)).values_list("pk", flat=True))
        for name in ("budget_owner", "accountant", "buyer", "auditor", "requester", "storekeeper", "alfa_admin")
    }
    assert see["budget_owner"] == {mine.pk}
    assert see["accountant"] == see["buyer"] == see["auditor"] == {mine.pk, foreign.pk}
    assert see["requester"] == see["storekeeper"] == see["alfa_admin"] == set()


def test_the_burn_adds_up_month_by_month(budget, reserve, book):
    line = budget(100)
    reserve(60)
    book("commit", 40)
    months = selectors.burn(read(line))
    assert months[0].month.month == 1
    last = months[-1]
    assert (last.reserved, last.committed, last.spent, last.left) == (20, 40, 0, 40)
