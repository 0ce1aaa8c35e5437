"""Year-end: what is still reserved and ordered goes to the next year's budgets, all of it or nothing, and once."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srm.budget import carrying, closing, selectors, services
from srm.budget.accounts import Account
from srm.budget.models import BudgetEntry, BudgetLine, CarryOver
from srm.core.actor import SYSTEM
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.core.money import Sum
from srm.flow.perform import perform
from srm.flow.uow import unit_of_work
from srm.people.models import CostCenter, Department, LegalEntity
from srm.ui.links import url_of
from tests.budget.conftest import DAY, YEAR, buckets, read, set_policy
from tests.rest.helpers import api

D = Decimal
ZERO = D(0)
NUMBERS = itertools.count()


@pytest.fixture
def book(firm, work):
    def call(name, amount, line="L1", category=None):
        account = Account(firm.cc_assembly, category or firm.fasteners, DAY)
        with work():
            getattr(services, name)(
                actor=SYSTEM, account=account, amount=D(amount), request_line_id=line, document=None
            )

    return call


def drawn_up(firm, *, with_money=True, year=YEAR, period="year", who="accountant", entity=None):
    with unit_of_work():
        return carrying.create_carry(
            actor=firm.actor(who), legal_entity=entity or firm.entity, year=year, period=period, with_money=with_money
        )


def run(firm, who="accountant", **options):
    carry = drawn_up(firm, **options)
    with unit_of_work():
        return perform(carry, "carry", actor=firm.actor(who))


def test_with_the_money(firm, budget, book):
    old, new = budget(1000), budget(500, year=YEAR + 1)
    book("reserve", 100)
    book("commit", 250, "L2")
    book("spend", 40, "L2")
    done = run(firm)
    assert (done.total, done.line_count) == (310, 2)
    assert (read(old).amount, buckets(old)) == (690, (0, 0, 40))
    assert (read(new).amount, buckets(new)) == (810, (100, 210, 0))
    assert selectors.disagreements() == []
    book("commit", 100)  # what comes next finds the money where it is now
    assert buckets(new) == (0, 310, 0)


def test_without_the_money_the_new_budget_pays(firm, budget, book):
    old, new = budget(1000), budget(500, year=YEAR + 1)
    book("reserve", 100)
    run(firm, with_money=False)
    assert (read(old).amount, buckets(old)) == (1000, (0, 0, 0))
    assert (read(new).amount, buckets(new)) == (500, (100, 0, 0))


def test_without_the_money_a_stop_or_a_missing_budget_lets_nothing_move(firm, budget, book):
    old, tools = budget(1000), budget(100, category=firm.tools)
    book("reserve", 100)
    book("reserve", 60, "T1", category=firm.tools)
    small = budget(159, year=YEAR + 1)
    before = BudgetEntry.objects.unscoped("test").count()
    with pytest.raises(RuleBroken, match=r"159\.00"):
        run(firm, with_money=False)
    BudgetLine.objects.unscoped("test").filter(pk=small.pk).delete()
    with pytest.raises(RuleBroken, match="No budget"):
        run(firm, with_money=False)
    assert BudgetEntry.objects.unscoped("test").count() == before
    assert (buckets(old), buckets(tools)) == ((100, 0, 0), (60, 0, 0))


def test_with_the_money_a_missing_budget_is_made(firm, budget, book):
    budget(100, category=firm.fasteners)
    book("reserve", 30)
    run(firm)
    made = BudgetLine.objects.unscoped("test").get(year=YEAR + 1)
    assert (made.amount, made.category, made.span, buckets(made)) == (30, firm.fasteners, str(YEAR + 1), (30, 0, 0))


def test_a_second_run_changes_nothing(firm, budget, book):
    old, new = budget(1000), budget(500, year=YEAR + 1)
    book("reserve", 100)
    second = drawn_up(firm)
    run(firm)
    state = (buckets(old), buckets(new), read(old).amount, read(new).amount, BudgetEntry.objects.unscoped("x").count())
    with pytest.raises(RuleBroken, match="Nothing is reserved"), unit_of_work():
        perform(second, "carry", actor=firm.actor("accountant"))
    with pytest.raises(RuleBroken, match="Nothing is reserved"):
        run(firm)
    after = (buckets(old), buckets(new), read(old).amount, read(new).amount, BudgetEntry.objects.unscoped("x").count())
    assert after == state


def test_what_was_overspent_takes_no_more_money_than_there_is(firm, budget, book):
    old = budget(100, policy="warn")
    new = budget(500, year=YEAR + 1, policy="warn")
    book("spend", 70)
    book("reserve", 50, "L2")
    run(firm)
    assert (read(old).amount, read(new).amount, buckets(new)) == (70, 530, (50, 0, 0))


def test_after_it_the_year_can_be_closed(firm, budget, book):
    budget(100, period="m05")
    june = budget(100, period="m06")
    book("reserve", 30)
    with pytest.raises(RuleBroken), unit_of_work():
        closing.close_period(actor=firm.actor("accountant"), legal_entity=firm.entity, year=YEAR, period="m05")
    run(firm, period="m05")
    assert (read(june).amount, buckets(june)) == (130, (30, 0, 0))
    with unit_of_work():
        closing.close_period(actor=firm.actor("accountant"), legal_entity=firm.entity, year=YEAR, period="m05")
    book("commit", 30)
    assert buckets(june) == (0, 30, 0)


def test_only_its_own_firm_is_carried(firm, budget, book):
    old = budget(100)
    book("reserve", 30)
    other = LegalEntity.objects.create(code="Q2", name_en="Second")
    with pytest.raises(RuleBroken, match="Nothing is reserved"):
        run(firm, entity=other)
    assert buckets(old) == (30, 0, 0)


@pytest.mark.parametrize("who", ["buyer", "head", "budget_owner"])
def test_only_finance_and_administrators_carry_over(firm, budget, book, who):
    old = budget(100)
    book("reserve", 30)
    with pytest.raises(NotAllowed):
        run(firm, who=who)
    assert buckets(old) == (30, 0, 0)


def test_what_has_not_begun_is_not_carried(firm):
    with pytest.raises(InvalidInput):
        drawn_up(firm, year=2090)


# -- balances ----------------------------------------------------------------

BOOKINGS = st.lists(
    st.tuples(
        st.sampled_from(["reserve", "commit", "spend"]), st.sampled_from(["L1", "L2", "L3", "L4"]), st.booleans(),
        st.decimals("0.01", "40", places=2),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


def held_by_line(lines):
    """What each request line holds in each bucket, over all budgets."""
    rows = BudgetEntry.objects.unscoped("test").filter(line__in=lines).exclude(bucket="granted").order_by()
    found = defaultdict(lambda: ZERO)
    for row in rows.values("request_line_id", "bucket").annotate(total=Sum("amount")):
        found[row["request_line_id"], row["bucket"]] = row["total"]
    return {key: total for key, total in found.items() if total}


@pytest.mark.slow
@pytest.mark.deep
def test_whatever_is_carried_nothing_is_lost_or_doubled(firm):
    few = settings(max_examples=25) if settings().max_examples <= 100 else settings()

    @few
    @given(
        bookings=BOOKINGS, with_money=st.booleans(), policy=st.sampled_from(["stop", "warn"]),
        amounts=st.tuples(*[st.decimals("0", "120", places=2)] * 3), narrow_next=st.booleans(),
    )  # fmt: skip
    def carry(bookings, with_money, policy, amounts, narrow_next):
        code = f"E{next(NUMBERS)}"
        entity = LegalEntity.objects.create(code=code, name_en=code)
        place = Department.objects.create(code=code, name_en=code, path=f"/{code}/", legal_entity=entity)
        center = CostCenter.objects.create(code=code, name_en=code, department=place)
        with unit_of_work():
            plain = {"actor": SYSTEM, "cost_center": center}
            lines = [
                services.create_line(year=YEAR, amount=D(100), **plain),
                services.create_line(year=YEAR, amount=amounts[0], category=firm.tools, **plain),
                services.create_line(year=YEAR + 1, amount=amounts[1], **plain),
            ]
            if narrow_next:
                lines.append(services.create_line(year=YEAR + 1, amount=amounts[2], category=firm.tools, **plain))
        set_policy(center, "warn")
        for name, line, tools, amount in bookings:
            account = Account(center, firm.tools if tools else firm.fasteners, DAY)
            with unit_of_work():
                getattr(services, name)(
                    actor=SYSTEM, account=account, amount=amount, request_line_id=f"{code}{line}", document=None
                )
        set_policy(center, policy)
        before, money = held_by_line(lines), sum(read(line).amount for line in lines)
        old = [read(line) for line in lines if line.year == YEAR]
        rows = [(read(line).amount, *buckets(line)) for line in lines]
        spent = sum((line.spent for line in old), ZERO)
        try:
            run(firm, with_money=with_money, entity=entity)
        except RuleBroken:
            assert [(read(line).amount, *buckets(line)) for line in lines] == rows
            assert held_by_line(lines) == before
            return
        assert held_by_line(lines) == before
        assert sum(read(line).amount for line in lines) == money
        assert sum((sum(buckets(line), ZERO) for line in old), ZERO) == spent
        for line in lines:
            now = read(line)
            assert now.left >= 0 or policy == "warn" or now.year == YEAR
        with pytest.raises(RuleBroken):
            run(firm, with_money=with_money, entity=entity)
        assert held_by_line(lines) == before

    carry()
    assert selectors.disagreements() == []


# -- pages and API -----------------------------------------------------------


def test_looked_at_first_then_carried(firm, client_of, budget, book, django_assert_max_num_queries):
    old, new = budget(1000), budget(500, year=YEAR + 1)
    book("reserve", "123.45")
    client = client_of("accountant")
    data = {"legal_entity": firm.entity.public_id, "year": str(YEAR), "period": "year", "with_money": "on"}
    assert client.post("/budget/carry-overs/new/", data).status_code == 302
    carry = CarryOver.rows.get()
    for path in ("/budget/carry-overs/", url_of(carry), url_of(carry, "edit")):
        client.get(path)
        with django_assert_max_num_queries(25):
            page = client.get(path)
            assert page.status_code == 200, path
    text = client.get(url_of(carry)).content.decode()
    assert "123.45" in text
    assert url_of(old) in text
    assert url_of(new) in text
    assert buckets(new) == (0, 0, 0)
    assert client.post(url_of(carry, "move", move="carry"), {"sure": "1"}).status_code == 302
    assert buckets(new) == (D("123.45"), 0, 0)
    carry = CarryOver.rows.get()
    assert "123.45" in client.get(f"/budget/entries/?document={carry.number}").content.decode()
    assert client_of("buyer").get("/budget/carry-overs/new/").status_code == 403
    assert client_of("alfa_admin").get(url_of(carry)).status_code in (403, 404)


def test_programs_preview_and_carry(firm, budget, book):
    old, new = budget(1000), budget(500, year=YEAR + 1)
    book("reserve", 100)
    finance = api(firm.users.accountant)
    data = {"legal_entity": firm.entity.public_id, "year": YEAR, "period": "year", "with_money": False}
    made = finance.post("/api/v1/carry-overs/", data)
    assert made.status_code == 201, made.content
    where = f"/api/v1/carry-overs/{made.json()['id']}/"
    (part,) = finance.get(f"{where}preview/").json()
    assert (part["giver"], part["receiver"], part["reserved"]) == (old.public_id, new.public_id, "100.00")
    assert finance.post(f"{where}moves/carry/", {}).json()["state"] == "done"
    assert buckets(new) == (100, 0, 0)
    assert finance.get(f"{where}preview/").json() == []
    assert api(firm.users.buyer).post("/api/v1/carry-overs/", data).status_code == 403
    assert dt.date(YEAR, 1, 1) < DAY
