"""Closed periods: nothing is booked into them, what comes late counts in the next open one and says so."""

import datetime as dt
from decimal import Decimal

import pytest

from srm.budget import closing, selectors, services
from srm.budget.accounts import Account
from srm.budget.models import BudgetEntry, BudgetLine, ClosedPeriod
from srm.core import clock
from srm.core.actor import SYSTEM
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.flow.perform import perform
from srm.ui.links import url_of
from tests.budget.conftest import DAY, YEAR, buckets, read
from tests.races import at_once, meeting_place, without_transaction
from tests.rest.helpers import api

D = Decimal
SUMMER = dt.datetime(YEAR, 8, 10, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def in_summer():
    """The tenth of August."""
    with clock.set_to(SUMMER):
        yield


@pytest.fixture
def shut(firm, work):
    """`shut("m05")`: the accountant closes a period."""

    def call(period, who="accountant", year=YEAR):
        with work():
            return closing.close_period(actor=firm.actor(who), legal_entity=firm.entity, year=year, period=period)

    return call


@pytest.fixture
def book(firm, work):
    """`book("reserve", 10, "L1")`: a booking for something needed in May."""

    def call(name, amount, line="L1", **values):
        if name in {"reserve", "commit", "spend", "hold"}:
            values.setdefault("account", Account(firm.cc_assembly, firm.tools, DAY))
        with work():
            return getattr(services, name)(
                actor=SYSTEM, request_line_id=line, document=None, amount=D(amount), **values
            )

    return call


@pytest.mark.parametrize("name", ["reserve", "commit", "spend"])
def test_what_comes_late_counts_in_the_next_open_period_and_says_so(firm, budget, shut, book, name):
    may, june, july = (budget(100, period=period) for period in ("m05", "m06", "m07"))
    for period in ("m05", "m06"):
        shut(period)
    (sentence,) = book(name, 40)
    assert "July" in sentence
    assert "closed" in sentence
    assert (sum(buckets(may)), sum(buckets(june)), sum(buckets(july))) == (0, 0, 40)
    assert BudgetEntry.objects.unscoped("test").get().late_for == dt.date(YEAR, 6, 30)
    look = selectors.outlook(Account(firm.cc_assembly, firm.tools, DAY), D(10))
    assert "July" in look.sentence
    assert look.line == july


def test_the_next_open_periods_stop_is_a_stop(budget, shut, book):
    budget(100, period="m05")
    june = budget(10, period="m06")
    shut("m05")
    with pytest.raises(RuleBroken, match=r"10\.00"):
        book("reserve", 11)
    assert buckets(june) == (0, 0, 0)
    assert not BudgetEntry.objects.unscoped("test").exists()


def test_in_an_open_period_nothing_is_late(budget, shut, book):
    year = budget(100)
    shut("m03")
    assert book("reserve", 40) == []
    assert BudgetEntry.objects.unscoped("test").get().late_for is None
    assert buckets(year) == (40, 0, 0)


def test_what_is_reserved_or_ordered_keeps_a_period_open(budget, shut, book):
    may = budget(100, period="m05")
    book("reserve", 40)
    with pytest.raises(RuleBroken, match=r"40\.00.EUR reserved or ordered"):
        shut("m05")
    assert not ClosedPeriod.rows.exists()
    book("spend", 40)
    book("release", 40)
    assert shut("m05").state == "closed"
    assert buckets(may) == (0, 0, 40)


def test_months_together_close_their_quarter(budget, shut, book):
    budget(100, period="q2")
    book("reserve", 40)
    for period in ("m04", "m05"):
        shut(period)
    with pytest.raises(RuleBroken, match=r"40\.00"):
        shut("m06")


def test_nothing_is_taken_back_in_a_closed_period_until_it_is_reopened(firm, work, budget, shut, book):
    may = budget(100, period="m05")
    book("spend", 40)
    closed = shut("m05")
    with pytest.raises(RuleBroken, match="reopen"):
        book("unspend", 10)
    assert buckets(may) == (0, 0, 40)
    with work():
        perform(closed, "reopen", actor=firm.actor("accountant"), reason="a receipt was wrong")
    assert book("unspend", 10) == 10
    assert buckets(may) == (0, 10, 30)


def test_a_dearer_delivery_after_closing_counts_later(budget, shut, book):
    may, june = budget(100, period="m05"), budget(100, period="m06")
    book("spend", 40)
    shut("m05")
    assert "June" in book("spend", 7)[0]
    assert (buckets(may), buckets(june)) == ((0, 0, 40), (0, 0, 7))


def test_no_budget_is_made_or_changed_in_a_closed_period(firm, work, budget, shut):
    may = budget(100, period="m05")
    shut("m05")
    new = {"cost_center": firm.cc_assembly, "year": YEAR, "period": "m05", "category": firm.tools}
    with pytest.raises(InvalidInput, match="closed"), work():
        services.create_line(actor=firm.actor("accountant"), amount=D(5), **new)
    with pytest.raises(RuleBroken, match="closed"), work():
        services.shift(None, may, D(5), document=firm.warehouse, actor=SYSTEM)
    assert (read(may).amount, BudgetLine.objects.unscoped("test").count()) == (100, 1)


def test_what_is_not_over_is_not_closed(shut):
    for period in ("m08", "q3", "year"):
        with pytest.raises(RuleBroken, match="not over yet"):
            shut(period)
    assert not ClosedPeriod.rows.exists()


@pytest.mark.parametrize("who", ["buyer", "budget_owner", "head", "auditor"])
def test_only_finance_and_administrators_close(shut, who):
    with pytest.raises(NotAllowed):
        shut("m05", who)
    assert not ClosedPeriod.rows.exists()
    assert shut("m05", "administrator").state == "closed"


def test_another_firms_periods_are_its_own(firm, budget, shut, book):
    may = budget(100, period="m05")
    shut("m05")
    firm.assembly.legal_entity = type(firm.entity).objects.create(code="Q2", name_en="Second")
    firm.assembly.save()
    firm.cc_assembly.refresh_from_db()
    assert book("reserve", 5) == []
    assert buckets(may) == (5, 0, 0)


# -- races -------------------------------------------------------------------


@pytest.fixture
def close_and_book(committed_firm, budget):
    """May is closed while something is reserved in it; the budgets of May and June and both answers."""
    firm = committed_firm
    may, june = budget(100, period="m05"), budget(100, period="m06")
    account = Account(firm.cc_assembly, firm.tools, DAY)

    def close():
        with clock.set_to(SUMMER):
            return closing.close_period(actor=SYSTEM, legal_entity=firm.entity, year=YEAR, period="m05")

    def reserve():
        with clock.set_to(SUMMER):
            return services.reserve(actor=SYSTEM, account=account, amount=D(60), request_line_id="L1", document=None)

    def run(**options):
        return may, june, at_once(close, reserve, **options)

    return run


def test_a_booking_is_counted_or_finds_the_period_closed(close_and_book, monkeypatch):
    monkeypatch.setattr(services, "_locked", meeting_place(services._locked))
    monkeypatch.setattr(closing, "_lines", meeting_place(closing._lines))
    may, june, (closed, _booked) = close_and_book()
    if isinstance(closed, RuleBroken):
        assert (buckets(may), buckets(june)) == ((60, 0, 0), (0, 0, 0))
    else:
        assert closed.state == "closed"
        assert (buckets(may), buckets(june)) == ((0, 0, 0), (60, 0, 0))


def test_without_the_lock_something_stays_open_in_what_is_closed(close_and_book, monkeypatch):
    judged = meeting_place(lambda closed, lines: None)
    monkeypatch.setattr(closing, "_still_open", lambda closed, lines: judged(closed, lines))
    monkeypatch.setattr(services, "_locked", lambda pk: BudgetLine.objects.unscoped("no lock").select_related(
        "cost_center__owner", "category").get(pk=pk))  # fmt: skip
    may, _june, (closed, _booked) = close_and_book(edge=without_transaction)
    assert closed.state == "closed"
    assert buckets(may) == (60, 0, 0)


# -- pages and API -----------------------------------------------------------


def test_the_accountant_closes_and_reopens_in_the_browser(firm, client_of, budget, django_assert_max_num_queries):
    budget(100, period="m05")
    client = client_of("accountant")
    data = {"legal_entity": firm.entity.public_id, "year": str(YEAR), "period": "m05"}
    assert client.post("/budget/periods/new/", data).status_code == 302
    closed = ClosedPeriod.rows.get()
    for path in ("/budget/periods/", "/budget/periods/new/", url_of(closed)):
        client.get(path)
        with django_assert_max_num_queries(25):
            assert client.get(path).status_code == 200
    address = url_of(closed, "move", move="reopen")
    assert client.post(address, {"sure": "1"}).status_code == 422
    assert client.post(address, {"sure": "1", "reason": "a late bill"}).status_code == 302
    assert ClosedPeriod.rows.get().state == "open"
    assert client.post("/budget/periods/new/", data).status_code == 302
    assert ClosedPeriod.rows.get().state == "closed"
    assert client_of("budget_owner").get("/budget/periods/").status_code == 200
    assert client_of("budget_owner").get("/budget/periods/new/").status_code == 403
    for name in ("requester", "storekeeper", "alfa_admin"):
        assert client_of(name).get("/budget/periods/").status_code in (403, 404)


def test_programs_close_and_reopen(firm):
    finance = api(firm.users.accountant)
    data = {"legal_entity": firm.entity.public_id, "year": YEAR, "period": "q1"}
    made = finance.post("/api/v1/closed-periods/", data)
    assert made.status_code == 201, made.content
    assert made.json()["state"] == "closed"
    where = f"/api/v1/closed-periods/{made.json()['id']}/moves/reopen/"
    assert finance.post(where, {"reason": "a late bill"}).json()["state"] == "open"
    assert api(firm.users.buyer).post("/api/v1/closed-periods/", data).status_code == 403
