"""Pages by key visit every row exactly once, in order, forwards and backwards."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.models import F, Value
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from srm.core.rates import ExchangeRate
from srm.people.models import User
from srm.ui import keyset

SORTS = {
    "rate": ("rate", "id"),
    "-rate": ("-rate", "-id"),
    "mixed": ("source", "-rate", "id"),
    "-mixed": ("-source", "date", "-id"),
    "bare": ("date",),
}
NULLABLE = {
    "last": ("last_login", "id"),
    "-last": ("-last_login", "-id"),
    "both": ("last_login", "-name", "id"),
    "through": ("department__code", "-id"),
}
quickly = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
rates = st.lists(
    st.tuples(
        st.decimals("0.000001", "999.999999", places=6), st.dates(dt.date(2026, 1, 1), dt.date(2026, 1, 9)), st.sampled_from("ab ")
    ),
    max_size=17,
)  # fmt: skip
people = st.lists(
    st.tuples(st.sampled_from(["Anna", "anna", "Болт", "Яна", ""]), st.none() | st.integers(0, 3)), max_size=17
)


class Undone(Exception):
    """Rolls an example back."""


def walk(rows, sorts, sort, per_page):
    """Ids seen going to the end, and ids seen on the way back."""
    there, back, cursor = [], [], ""
    while True:
        page = keyset.paginate(rows, sorts=sorts, sort=sort, cursor=cursor, per_page=per_page)
        there.append([row.pk for row in page.rows])
        if page.next is None:
            break
        cursor = page.next
    while page.previous is not None:
        page = keyset.paginate(rows, sorts=sorts, sort=sort, cursor=page.previous, per_page=per_page)
        back.append([row.pk for row in page.rows])
    return there, back


def assert_walks(rows, sorts, sort, per_page):
    keys = keyset.keys_of(rows.model, sorts[sort])
    wanted = [row.pk for row in rows.order_by(*(key.order() for key in keys))]
    there, back = walk(rows, sorts, sort, per_page)
    assert [pk for page in there for pk in page] == wanted
    assert back == there[-2::-1]


@pytest.mark.django_db
@quickly
@given(rows=rates, sort=st.sampled_from(sorted(SORTS)), per_page=st.integers(1, 5))
def test_walking_a_list_there_and_back_meets_every_row_once_in_order(rows, sort, per_page):
    with pytest.raises(Undone), transaction.atomic():
        ExchangeRate.objects.all().delete()
        made = [
            ExchangeRate(base="EUR", currency=f"C{n:02}", date=day, rate=rate, source=source)
            for n, (rate, day, source) in enumerate(rows)
        ]
        ExchangeRate.objects.bulk_create(made)
        assert_walks(ExchangeRate.objects.all(), SORTS, sort, per_page)
        raise Undone


@quickly
@given(rows=people, sort=st.sampled_from(sorted(NULLABLE)), per_page=st.integers(1, 5))
def test_empty_values_are_met_where_the_database_sorts_them(firm, rows, sort, per_page):
    with pytest.raises(Undone), transaction.atomic():
        start = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
        User.objects.bulk_create(
            User(email=f"w{n}@walk.example", name=name, last_login=None if hour is None else start + dt.timedelta(hours=hour),
                 department=None if hour is None else firm.users.buyer.department)
            for n, (name, hour) in enumerate(rows)
        )  # fmt: skip
        assert_walks(User.objects.filter(email__endswith="walk.example"), NULLABLE, sort, per_page)
        raise Undone


@pytest.fixture
def ten(db):
    """Ten rates."""
    made = [
        ExchangeRate(base="EUR", currency=f"C{n:02}", date=dt.date(2026, 1, 1), rate=Decimal(n)) for n in range(1, 11)
    ]
    ExchangeRate.objects.bulk_create(made)
    return ExchangeRate.objects.all()


def page(rows, cursor="", sort="rate", **options):
    return keyset.paginate(rows, sorts=SORTS, sort=sort, cursor=cursor, per_page=3, **options)


@pytest.mark.parametrize("cursor", ["nonsense", "W1tdXQ:bad", "a" * 500, ":", "\x00"])
def test_a_made_up_cursor_means_the_first_page(ten, cursor):
    assert [row.rate for row in page(ten, cursor).rows] == [1, 2, 3]


def test_a_cursor_of_another_order_means_the_first_page(ten):
    assert [row.rate for row in page(ten, page(ten, sort="-rate").next).rows] == [1, 2, 3]


def test_an_order_that_is_not_on_the_list_is_the_default_order(ten):
    assert [row.rate for row in page(ten, sort="source__secret").rows] == [1, 2, 3]


def test_no_page_counts_or_skips_rows(ten):
    second = page(ten).next
    with CaptureQueriesContext(
        connection,
    ) as seen:
        page(ten, second)
    sql = " ".join(query["sql"].upper() for query in seen.captured_queries)
    assert len(seen) == 1
    assert "COUNT(" not in sql
    assert "OFFSET" not in sql
    assert "LIMIT 4" in sql


def test_costly_columns_are_computed_for_the_page_alone(ten):
    asked = []

    def decorate(rows):
        asked.append(rows.count())
        return rows.annotate(twice=F("rate") * Value(2))

    shown = page(ten, page(ten).next, decorate=decorate)
    assert asked == [3]
    assert [row.twice for row in shown.rows] == [8, 10, 12]


def test_going_back_over_deleted_rows_shows_a_full_first_page(ten):
    third = page(ten, page(ten).next)
    ExchangeRate.objects.filter(rate__in=[1, 2, 3]).delete()
    before = page(ten, page(ten, third.previous).previous or third.previous)
    assert [row.rate for row in before.rows] == [4, 5, 6]
    assert before.previous is None


def test_rows_added_before_the_cursor_do_not_repeat_rows(ten):
    first = page(ten)
    ExchangeRate.objects.create(base="EUR", currency="NEW", date=dt.date(2026, 1, 1), rate=Decimal("0.5"))
    assert [row.rate for row in page(ten, first.next).rows] == [4, 5, 6]
