"""Netting all needs against the own stock: who gets what, and two buyers at once."""

from __future__ import annotations

import random
from collections import defaultdict
from decimal import Decimal

import pytest
from django.db import IntegrityError

from procurement.handouts import netting, selectors
from procurement.handouts.models import Promise
from procurement.planning.services import cover
from procurement.requests import ledger
from procurement.requests.models import RequestLine
from srm.audit.models import AuditEvent
from srm.core import clock
from srm.core.actor import SYSTEM
from srm.flow.uow import unit_of_work
from srm.stock import selectors as stock
from srm.stock.models import StockLevel
from srm.stock.services import create_warehouse, receive
from tests.races import at_once
from tests.requests.conftest import approved, in_days, line_of

D = Decimal
ZERO = D(0)


def lies(firm, quantity, item, warehouse=None):
    with unit_of_work():
        receive(actor=SYSTEM, warehouse=warehouse or firm.warehouse, item=item, quantity=D(quantity), value=D(1),
                moved_on=clock.today())  # fmt: skip


def net(firm):
    with unit_of_work():
        return cover(actor=firm.actor("buyer"), legal_entity=firm.entity).from_stock


def books_agree():
    assert selectors.disagreements() == stock.disagreements() == ledger.faults() == ledger.stale() == []


def promised():
    rows = Promise.objects.unscoped("test").order_by("request_line", "warehouse")
    return {(row.request_line_id, row.warehouse.code): row.quantity for row in rows.select_related("warehouse")}


@pytest.mark.django_db
def test_the_urgent_need_of_one_day_comes_first_and_the_fuller_store_gives_first(firm, work):
    with work():
        second = create_warehouse(
            actor=SYSTEM, code="W2", name_en="Second", place=firm.plovdiv, legal_entity=firm.entity
        )
    lies(firm, 30, firm.bolt)
    lies(firm, 50, firm.bolt, second)
    plain = approved(firm, line_of(firm, quantity="60", need_by=in_days(9))).lines.get()
    urgent = approved(
        firm, line_of(firm, quantity="40", need_by=in_days(9)), route="urgent", route_reason="The line stands"
    ).lines.get()
    assert net(firm) == 2
    assert promised() == {(urgent.pk, "W2"): 40, (plain.pk, "W2"): 10, (plain.pk, "W1"): 30}
    plain.refresh_from_db()
    assert (plain.open_quantity, plain.coming_quantity, plain.next_on) == (20, 40, clock.today())
    told = AuditEvent.objects.filter(verb="promised").values_list("subject_text", flat=True)
    assert sorted(told) == ["W1 Main store", "W2 Second"]
    assert net(firm) == 0
    books_agree()


@pytest.mark.django_db
def test_what_is_enlarged_later_stays_one_promise(firm):
    lies(firm, 10, firm.bolt)
    line = approved(firm, line_of(firm, quantity="25")).lines.get()
    assert net(firm) == 1
    lies(firm, "4.5", firm.bolt)
    assert net(firm) == 1
    assert promised() == {(line.pk, "W1"): D("14.5")}
    books_agree()


def by_hand(needs, free):
    """{need: quantity}: what a patient clerk would write, need by need."""
    got = defaultdict(lambda: ZERO)
    for line in sorted(needs, key=lambda line: (line.need_by, line.pk)):
        part = min(line.open_quantity, free[line.item_id])
        free[line.item_id] -= part
        got[line.pk] += part
    return {pk: quantity for pk, quantity in got.items() if quantity}


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_many_needs_get_what_a_patient_clerk_would_give(firm, seed):
    dice = random.Random(seed)
    items = [firm.bolt, firm.nut, firm.gloves]
    free = {item.pk: D(dice.randint(1, 4000)) / 10 for item in items}
    for item in items:
        lies(firm, free[item.pk], item)
    for _request in range(5):
        approved(
            firm,
            *(
                line_of(
                    firm, dice.choice(items), str(D(dice.randint(1, 900)) / 10), need_by=in_days(dice.randint(2, 6))
                )
                for _line in range(6)
            ),
        )
    wanted = by_hand(list(RequestLine.objects.unscoped("test")), dict(free))
    assert net(firm) == len(wanted)
    assert {line: quantity for (line, _store), quantity in promised().items()} == wanted
    books_agree()


# ------------------------------------------------------------------------------------------------ at once


def two_buyers(firm):
    approved(firm, line_of(firm, quantity="100"))
    approved(firm, line_of(firm, quantity="100"))
    lines = list(RequestLine.objects.unscoped("test").order_by("pk").values_list("pk", flat=True))
    actors = [firm.actor("buyer"), firm.actor("buyer2")]
    # Each has a need of his own, so that they meet at the stock only.
    return [
        lambda actor=actor, line=line: cover(actor=actor, legal_entity=firm.entity, lines=[line]).from_stock
        for actor, line in zip(actors, lines, strict=True)
    ]


@pytest.mark.django_db(transaction=True)
def test_two_buyers_at_once_promise_no_more_than_there_is(committed_firm):
    lies(committed_firm, 120, committed_firm.bolt)
    assert sorted(at_once(*two_buyers(committed_firm))) == [1, 1]
    assert sorted(promised().values()) == [20, 100]
    assert StockLevel.objects.unscoped("test").get().reserved == 120
    books_agree()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_only_the_constraint_is_left(committed_firm, monkeypatch):
    lies(committed_firm, 120, committed_firm.bolt)
    monkeypatch.setattr(netting, "_lock", lambda *_words: "")
    pieces = netting._pieces
    # Both have seen the level before either writes.
    monkeypatch.setattr(netting, "_pieces", lambda: pieces() + " AND (SELECT pg_sleep(0.7)) IS NOT NULL")
    answers = at_once(*two_buyers(committed_firm))
    assert [type(answer) for answer in answers if isinstance(answer, Exception)] == [IntegrityError], answers
