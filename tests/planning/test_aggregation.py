"""Equal needs become one line; every link is kept; nothing is lost, nothing doubled."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procurement.planning import services
from procurement.planning.models import Demand, DemandLine
from procurement.requests import ledger
from procurement.requests.models import Allocation, RequestLine
from srm.core.errors import InvalidInput, RuleBroken
from srm.people.models import Department, LegalEntity, Place, User
from tests.requests.conftest import approved, in_days, line_of

pytestmark = pytest.mark.django_db
REASON = "test"


def merge(firm, work, **options) -> Demand:
    with work():
        return services.aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity, **options)


def merged_lines(demand) -> list[tuple[str, Decimal, int]]:
    rows = (
        DemandLine.objects.unscoped(REASON).filter(demand=demand).order_by("need_from", "item__article", "description")
    )
    return [(line.item.article if line.item else line.description, line.quantity, line.need_count) for line in rows]


def test_equal_needs_of_two_departments_become_one_line_and_keep_their_links(firm, work):
    first = approved(firm, line_of(firm, quantity="300"))
    second = approved(firm, line_of(firm, quantity="500", need_by=in_days(25)))
    demand = merge(firm, work)
    assert merged_lines(demand) == [("10443", 800, 2)]
    (line,) = DemandLine.objects.unscoped(REASON).filter(demand=demand)
    links = Allocation.objects.unscoped(REASON).filter(document_kind="procurement.demand", line_id=line.pk)
    assert {(link.request_line.request_id, link.quantity) for link in links} == {(first.pk, 300), (second.pk, 500)}
    assert {link.document_number for link in links} == {demand.number}
    assert (demand.line_count, demand.need_count, demand.department_count) == (1, 2, 1)
    assert (line.need_from, line.need_to) == (in_days(20), in_days(25))
    assert line.estimate == Decimal("0.061")
    assert {(r.open_quantity, r.coming_quantity) for r in RequestLine.objects.unscoped(REASON)} == {(0, 300), (0, 500)}
    assert ledger.faults() == ledger.stale() == []


def test_packs_are_merged_in_the_base_unit(firm, work):
    approved(firm, line_of(firm, quantity="2", unit=firm.unit("BX")), line_of(firm, quantity="100"))
    assert merged_lines(merge(firm, work)) == [("10443", 500, 2)]


def test_words_are_equal_whatever_their_case_and_spaces(firm, work):
    words = {"item": None, "quantity": "2", "unit": firm.unit("C62"), "need_by": in_days(20)}
    approved(
        firm, {**words, "description": "Ключ динамометрический"}, {**words, "description": "  КЛЮЧ  Динамометрический "},
        {**words, "description": "Ключ рожковый"}, {**words, "description": "Ключ рожковый", "category": firm.tools},
    )  # fmt: skip
    found = {(what, quantity) for what, quantity, _n in merged_lines(merge(firm, work))}
    assert found == {("КЛЮЧ Динамометрический", 4), ("Ключ рожковый", 2)} or found == {
        ("Ключ динамометрический", 4), ("Ключ рожковый", 2)
    }  # fmt: skip


def test_places_and_windows_keep_needs_apart(firm, work):
    approved(
        firm, line_of(firm, quantity="1", need_by=in_days(10)), line_of(firm, quantity="2", need_by=in_days(17)),
        line_of(firm, quantity="4", need_by=in_days(18)), line_of(firm, quantity="8", need_by=in_days(10), place=firm.sofia),
    )  # fmt: skip
    demand = merge(firm, work, window_days=7)
    lines = DemandLine.objects.unscoped(REASON).filter(demand=demand)
    assert sorted((line.place.code, line.quantity) for line in lines) == [("PDV", 3), ("PDV", 4), ("SOF", 8)]


def test_legal_entities_never_mix(firm, work):
    other = LegalEntity.objects.create(code="OT", name_en="Other", number_prefix="O-")
    place = Place.objects.create(code="OTP", name_en="Other gate", legal_entity=other)
    department = Department.objects.create(code="odep", path="/odep/", name_en="O", legal_entity=other, place=place)
    User.objects.filter(pk=firm.users.approver.pk).update(department=department)
    Department.objects.filter(pk=department.pk).update(head=firm.users.approver)
    center = firm.cc_assembly.__class__.objects.create(code="OCC", name_en="o", department=department)
    approved(firm, line_of(firm, quantity="5"))
    department.refresh_from_db()
    with work():
        from procurement.requests.services import create_request

        request = create_request(
            actor=firm.actor("buyer"), title="Other", department=department, cost_center=center, place=place,
            lines=[line_of(firm, quantity="7")],
        )  # fmt: skip
    from srm.approvals import services as approvals
    from srm.flow.perform import perform

    with work():
        request = perform(request, "submit", actor=firm.actor("buyer"))
    with work():
        approvals.decide(request, actor=firm.actor("approver"), outcome="approved")
    assert merged_lines(merge(firm, work)) == [("10443", 5, 1)]
    with work():
        demand = services.aggregate(actor=firm.actor("buyer"), legal_entity=other)
    assert merged_lines(demand) == [("10443", 7, 1)]
    assert demand.number.startswith("O-D-")


def test_a_second_run_finds_nothing_and_leaves_no_gap_in_the_numbers(firm, work):
    approved(firm)
    first = merge(firm, work)
    with pytest.raises(RuleBroken, match="Nothing is open"):
        merge(firm, work)
    approved(firm)
    second = merge(firm, work)
    assert int(second.number[-5:]) == int(first.number[-5:]) + 1


def test_only_the_chosen_needs_are_merged(firm, work):
    chosen = approved(firm, line_of(firm, quantity="3"), line_of(firm, firm.gloves, "9"))
    approved(firm, line_of(firm, quantity="5"))
    lines = RequestLine.objects.unscoped(REASON).filter(request=chosen)
    assert merged_lines(merge(firm, work, lines=lines, category=firm.fasteners)) == [("10443", 3, 1)]
    assert merged_lines(merge(firm, work, lines=[line.pk for line in lines])) == [("30007", 9, 1)]
    with pytest.raises(RuleBroken):
        merge(firm, work, lines=lines.none())


def test_a_window_must_be_possible(firm, work):
    for days in (-1, 367):
        with pytest.raises(InvalidInput):
            merge(firm, work, window_days=days)


def windows(days: list[int], span: int) -> list[list[int]]:
    """Greedy interval partition, as METHODS section 6 says it."""
    found: list[list[int]] = []
    for day in sorted(days):
        if not found or day > found[-1][0] + span:
            found.append([])
        found[-1].append(day)
    return found


@pytest.mark.deep
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    needs=st.lists(
        st.tuples(st.integers(1, 60), st.sampled_from(["bolt", "nut"]), st.sampled_from(["plovdiv", "sofia"]),
                  st.decimals(min_value="0.0001", max_value="5000", places=4)),
        min_size=1, max_size=12,
    ),
    span=st.integers(0, 30),
)  # fmt: skip
def test_windows_are_the_fewest_there_can_be_and_quantities_add_up(firm, work, needs, span):
    approved(
        firm,
        *(line_of(firm, getattr(firm, item), str(quantity), need_by=in_days(day), place=getattr(firm, place))
          for day, item, place, quantity in needs),
    )  # fmt: skip
    demand = merge(firm, work, window_days=span)
    expected = []
    by_key = defaultdict(list)
    for day, item, place, quantity in needs:
        by_key[item, place].append((day, quantity))
    for (item, place), wanted in by_key.items():
        for window in windows([day for day, _q in wanted], span):
            inside = [(day, q) for day, q in wanted if window[0] <= day <= window[-1]]
            expected.append((getattr(firm, item).pk, getattr(firm, place).pk, in_days(window[0]), in_days(window[-1]),
                             sum(q for _day, q in inside), len(inside)))  # fmt: skip
    lines = DemandLine.objects.unscoped(REASON).filter(demand=demand)
    found = [(r.item_id, r.place_id, r.need_from, r.need_to, r.quantity, r.need_count) for r in lines]
    assert sorted(found) == sorted(expected)
    assert not RequestLine.objects.unscoped(REASON).filter(open_quantity__gt=0).exists()
    assert ledger.faults() == ledger.stale() == []
    assert all(len(line.public_id) == 22 for line in lines)
    assert dt.timedelta(0) <= demand.updated_at - demand.created_at
