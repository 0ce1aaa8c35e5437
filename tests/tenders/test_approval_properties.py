"""Whatever a tender asks for: its worth is the sum of its lines, and any change of what is approved shows."""

from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from procurement.tenders import deciding
from procurement.tenders.models import LotLine, Tender
from procurement.tenders.worth import Price, Wanted, value
from srm.approvals.services import hash_of
from srm.core.money import cents

RATES = {"EUR": Decimal(1), "USD": Decimal("0.9"), "XXX": None}
AMOUNTS = st.decimals("0.000001", "99999", places=6)
PRICES = st.builds(Price, AMOUNTS, st.sampled_from(sorted(RATES)))
LINES = st.lists(
    st.builds(
        Wanted, key=st.uuids(), what=st.text(max_size=5), quantity=st.decimals("0.0001", "9999", places=4),
        prices=st.lists(PRICES, max_size=2).map(tuple), instead=st.none() | PRICES, category=st.sampled_from([None, "A", "B"]),
    ),
    max_size=8,
)  # fmt: skip


@given(LINES)
@example([])
def test_the_worth_is_that_of_the_lines_none_below_its_baseline(lines):
    worth = value(lines, RATES.__getitem__)
    assert worth.total == sum(worth.lines.values(), Decimal(0))
    loose = sum((worth.lines[line.key] for line in lines if line.category is None), Decimal(0))
    assert worth.total == sum(worth.parts.values(), loose)
    for line in lines:
        for price in line.prices:
            rate = RATES[price.currency]
            assert rate is None or worth.lines[line.key] >= cents(cents(line.quantity * price.amount) * rate)
    assert len(worth.unpriced) == sum(not line.prices and line.instead is None for line in lines)
    assert len(worth.unsorted) == sum(line.category is None for line in lines)
    assert ("XXX" in worth.unrated) == any(
        price.currency == "XXX" for line in lines for price in line.prices or filter(None, [line.instead])
    )


MATERIAL = {
    "payment_days": st.integers(0, 300), "incoterm": st.sampled_from(["DAP", "EXW", "FCA"]),
    "currency": st.sampled_from(["EUR", "USD"]), "description": st.text("abc", max_size=4),
}  # fmt: skip
LINE = {
    "quantity": st.decimals("0.0001", "999", places=4), "baseline": st.none() | AMOUNTS,
    "description": st.text("abc", max_size=4), "work": st.text("abc", max_size=4), "need_by": st.dates(),
}  # fmt: skip


@pytest.mark.django_db
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.fixed_dictionaries({}, optional=MATERIAL), st.fixed_dictionaries({}, optional=LINE), st.text("xy", min_size=1)
)
def test_the_hash_changes_exactly_when_what_is_approved_does(tender, header, first, title):
    with transaction.atomic():
        before, row = Tender.rows.get(pk=tender.pk), LotLine.rows.filter(lot__tender=tender).first()
        same = all(getattr(before, name) == new for name, new in header.items())
        same = same and all(getattr(row, name) == new for name, new in first.items())
        old = hash_of(deciding.content_of(before))
        Tender.rows.filter(pk=tender.pk).update(title=title, deadline=None, buyer=None)
        assert hash_of(deciding.content_of(Tender.rows.get(pk=tender.pk))) == old, "these may change"
        Tender.rows.filter(pk=tender.pk).update(**header)
        LotLine.rows.filter(pk=row.pk).update(**first)
        assert (hash_of(deciding.content_of(Tender.rows.get(pk=tender.pk))) == old) is same
        transaction.set_rollback(True)
