"""The allocation ledger: shares by need, never more than there is, nothing lost on the way back."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procurement.requests import ledger, selectors, services
from procurement.requests.models import Allocation, RequestLine
from procurement.requests.services import Carry, Entry
from srm.core.errors import RuleBroken
from tests.requests.conftest import approved, draft, in_days, line_of

pytestmark = pytest.mark.django_db
REASON = "test"


class Paper(SimpleNamespace):
    """A document as the ledger knows it: its kind, id and number."""

    def __init__(self, kind: str, number: str = "X-1") -> None:
        super().__init__(_meta=SimpleNamespace(label_lower=kind), public_id=f"{kind[-8:]}-{number}", number=number)


DEMAND, TENDER, ORDER, RECEIPT = (
    Paper(f"procurement.{kind}") for kind in ("demand", "tender", "purchaseorder", "goodsreceipt")
)


def lines_of(firm, *quantities: str, days: tuple[int, ...] = ()) -> list[RequestLine]:
    wants = [line_of(firm, quantity=q, need_by=in_days((*days, *[20] * 9)[no])) for no, q in enumerate(quantities)]
    request = approved(firm, *wants)
    return list(RequestLine.objects.unscoped(REASON).filter(request=request))


def plan(firm, work, lines: list[RequestLine], line_id: int = 1) -> None:
    with work():
        services.allocate(
            actor=firm.actor("buyer"),
            entries=[Entry(line.pk, "planned", line.base_quantity, DEMAND, line_id) for line in lines],
        )


def carry(firm, work, source: str, stage: str, quantity: str, document=None, source_paper=None, **more) -> Decimal:
    papers = {"planned": DEMAND, "tendered": TENDER, "ordered": ORDER, "received": RECEIPT}
    paper = papers.get(stage, ORDER)
    with work():
        return services.carry(
            actor=firm.actor("buyer"),
            source_kind=papers[source]._meta.label_lower,
            source_line_id=1,
            source_stage=source,
            stage=stage,
            quantity=Decimal(quantity),
            document=document or paper,
            line_id=1,
            **more,
        )


def take_back(firm, work, stage: str, quantity: str | None = None) -> Decimal:
    papers = {"planned": DEMAND, "tendered": TENDER, "ordered": ORDER, "received": RECEIPT}
    with work():
        return services.take_back(
            actor=firm.actor("buyer"),
            document_kind=papers.get(stage, ORDER)._meta.label_lower,
            line_id=1,
            stage=stage,
            quantity=Decimal(quantity) if quantity else None,
        )


def parts(line: RequestLine) -> dict[str, Decimal]:
    line.refresh_from_db()
    found: dict[str, Decimal] = {}
    for part in selectors.where_is(line):
        found[part.place] = found.get(part.place, Decimal(0)) + part.quantity
    return found


def test_a_delivery_goes_to_the_earliest_need_first(firm, work):
    # METHODS section 6: needs of 1200 and 300 for one day (the older request first), 500 for a later day.
    first, second, third = lines_of(firm, "1200", "300", "500", days=(20, 20, 49))
    plan(firm, work, [first, second, third])
    assert carry(firm, work, "planned", "ordered", "2000") == 2000
    assert carry(firm, work, "ordered", "received", "1350") == 1350
    assert parts(first) == {"received": 1200}
    assert parts(second) == {"received": 150, "ordered": 150}
    assert parts(third) == {"ordered": 500}


def test_two_orders_cut_one_tender_line_without_overlap(firm, work):
    first, second = lines_of(firm, "40", "60")
    plan(firm, work, [first, second])
    carry(firm, work, "planned", "tendered", "100", expected_on=in_days(5))
    with work():
        carried = services.carry_lines(
            actor=firm.actor("buyer"),
            source_kind="procurement.tender",
            source_stage="tendered",
            stage="ordered",
            document=ORDER,
            moves=[Carry(1, 11, Decimal(30)), Carry(1, 12, Decimal(50))],
        )
    assert carried == {11: 30, 12: 50}
    rows = Allocation.objects.unscoped(REASON).filter(stage="ordered").order_by("pk")
    assert [(row.request_line_id, row.line_id, row.quantity) for row in rows] == [
        (first.pk, 11, 30),
        (first.pk, 12, 10),
        (second.pk, 12, 40),
    ]
    assert parts(second) == {"tendered": 20, "ordered": 40}


def test_what_serves_no_request_is_not_carried(firm, work):
    (line,) = lines_of(firm, "100")
    plan(firm, work, [line])
    assert carry(firm, work, "planned", "tendered", "250") == 100
    assert carry(firm, work, "planned", "tendered", "10") == 0


def test_confirmed_and_received_each_count_against_the_order(firm, work):
    (line,) = lines_of(firm, "100")
    plan(firm, work, [line])
    carry(firm, work, "planned", "ordered", "100", expected_on=in_days(20))
    carry(firm, work, "ordered", "confirmed", "100", expected_on=in_days(24))
    carry(firm, work, "ordered", "received", "40")
    assert parts(line) == {"received": 40, "confirmed": 60}
    assert (line.open_quantity, line.coming_quantity, line.done_quantity) == (0, 60, 40)
    assert line.next_on == in_days(24)
    (track,) = selectors.tracks_of([line])
    assert track.late_days == 4


def test_a_cancelled_order_takes_its_confirmation_along_and_frees_the_tender(firm, work):
    (line,) = lines_of(firm, "100")
    plan(firm, work, [line])
    carry(firm, work, "planned", "tendered", "100")
    carry(firm, work, "tendered", "ordered", "80")
    carry(firm, work, "ordered", "confirmed", "80")
    assert take_back(firm, work, "ordered") == 80
    assert parts(line) == {"tendered": 100}
    assert line.next_on is None
    assert ledger.faults() == []
    assert carry(firm, work, "tendered", "ordered", "100") == 100


def test_what_was_received_cannot_be_taken_back_with_the_order(firm, work):
    (line,) = lines_of(firm, "100")
    plan(firm, work, [line])
    carry(firm, work, "planned", "ordered", "100")
    carry(firm, work, "ordered", "confirmed", "100")
    carry(firm, work, "ordered", "received", "30")
    assert take_back(firm, work, "ordered") == 70
    assert parts(line) == {"planned": 70, "received": 30}
    assert take_back(firm, work, "received") == 30
    assert parts(line) == {"planned": 70, "confirmed": 30}


def test_what_is_released_from_a_plan_is_open_again_newest_need_first(firm, work):
    early, late = lines_of(firm, "10", "20", days=(5, 40))
    plan(firm, work, [early, late])
    assert take_back(firm, work, "planned", "25") == 25
    assert (parts(early), parts(late)) == ({"planned": 5, "open": 5}, {"open": 20})


def test_more_than_is_open_is_refused_and_nothing_is_written(firm, work):
    (line,) = lines_of(firm, "10")
    with pytest.raises(RuleBroken, match="More of"):
        plan(firm, work, [line, line])
    assert not Allocation.objects.unscoped(REASON).exists()


def test_what_is_not_approved_cannot_be_planned(firm, work):
    request = draft(firm)
    with pytest.raises(RuleBroken, match="not approved"):
        plan(firm, work, list(request.lines.all()))


def test_a_stage_continues_only_what_it_can(firm, work):
    with pytest.raises(ValueError, match="received continues ordered"):
        carry(firm, work, "planned", "received", "1")


QUANTITIES = st.decimals(min_value="0.0001", max_value="400", places=4)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["tendered", "ordered", "ordered_direct", "confirmed", "shipped", "received",
                         "-planned", "-tendered", "-ordered", "-confirmed", "-received"]),
        st.none() | QUANTITIES,
    ),
    max_size=14,
)  # fmt: skip
SOURCE = {"tendered": "planned", "ordered": "tendered", "ordered_direct": "planned", "confirmed": "ordered",
          "shipped": "ordered", "received": "ordered"}  # fmt: skip


@pytest.mark.deep
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(wanted=st.lists(QUANTITIES, min_size=1, max_size=4), steps=STEPS)
def test_whatever_happens_the_parts_of_a_line_add_up_to_what_was_asked(firm, work, wanted, steps):
    with work():
        Allocation.objects.unscoped(REASON)  # the ledger may only grow: every example has lines of its own
    lines = lines_of(firm, *map(str, wanted), days=(20, 5, 40, 20))
    key = lines[0].pk
    actor = firm.actor("buyer")
    papers = {"planned": DEMAND, "tendered": TENDER, "ordered": ORDER, "received": RECEIPT}
    with work():
        services.allocate(
            actor=actor, entries=[Entry(line.pk, "planned", line.base_quantity, DEMAND, key) for line in lines]
        )
    for step, quantity in steps:
        with work():
            if step.startswith("-"):
                stage = step[1:]
                services.take_back(
                    actor=actor,
                    document_kind=papers.get(stage, ORDER)._meta.label_lower,
                    line_id=key,
                    stage=stage,
                    quantity=quantity,
                )
            else:
                source, stage = SOURCE[step], step.removesuffix("_direct")
                services.carry(
                    actor=actor,
                    source_kind=papers[source]._meta.label_lower,
                    source_line_id=key,
                    source_stage=source,
                    stage=stage,
                    quantity=quantity or Decimal(1000),
                    document=papers.get(stage, ORDER),
                    line_id=key,
                )
        assert ledger.faults() == []
        assert ledger.stale() == []
        for line, asked in zip(lines, wanted, strict=True):
            found = parts(line)
            assert sum(found.values()) == asked
            assert found.get("open", 0) == line.open_quantity
            assert found.get("received", 0) == line.done_quantity
