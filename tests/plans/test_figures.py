"""The map, the standing, lateness and differences: their invariants."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from procurement.plans import figures
from procurement.plans.comparing import compare
from procurement.plans.proposing import proposals

D = Decimal
PLACE = st.tuples(st.integers(1, 4), st.integers(1, 12))
MONEY = st.decimals(0, 10_000, places=2)
FIGURES = st.dictionaries(PLACE, MONEY, max_size=20)
ORDER = [1, 2, 3, 4]


@given(FIGURES)
def test_the_map_adds_up_across_and_down(values):
    drawn = figures.supply_map(values, ORDER)
    assert drawn.total == sum(values.values(), D(0)) == sum((row.total for row in drawn.rows), D(0))
    assert drawn.months == [sum((v for (_c, m), v in values.items() if m == month), D(0)) for month in figures.MONTHS]
    assert all(row.total for row in drawn.rows)


@given(FIGURES)
def test_the_largest_cell_is_the_darkest_and_nothing_has_no_shade(values):
    largest = max(values.values(), default=D(0))
    for row in figures.supply_map(values, ORDER).rows:
        for cell in row.cells:
            assert (cell.shade == 0) == (cell.value == 0)
            assert cell.shade == 5 if cell.value == largest else cell.shade <= 5


@given(MONEY, MONEY, st.decimals("0.01", 10_000, places=2))
def test_more_is_never_lighter(one, other, largest):
    small, large = sorted([min(one, largest), min(other, largest)])
    assert figures.shade(small, largest) <= figures.shade(large, largest)


@given(FIGURES, FIGURES, st.integers(0, 12))
def test_standings_keep_every_euro(planned, ordered, upto):
    rows = figures.standings(planned, ordered, ORDER, upto)
    assert sum((row.planned for row in rows), D(0)) == sum(planned.values(), D(0))
    assert sum((row.ordered for row in rows), D(0)) == sum(ordered.values(), D(0))
    assert all(row.difference == row.ordered - row.planned_so_far for row in rows)
    assert all(row.planned_so_far <= row.planned for row in rows)


LINES = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 12), st.decimals("0.01", 500, places=2)), max_size=12)


@given(LINES, FIGURES, st.integers(0, 12))
def test_late_is_what_is_over_and_not_covered(lines, ordered, over):
    rows = [figures.Planned(no, *line) for no, line in enumerate(lines)]
    found = set(figures.late(rows, ordered, over))
    assert all(rows[no].month <= over for no in found)
    assert set(figures.late(rows, {}, over)) == {row.key for row in rows if row.month <= over}
    assert set(figures.late(rows, ordered, 12)) >= found, "a longer wait makes nothing punctual"
    enough = {(category, 1): D(10_000) for category in range(1, 5)}
    assert figures.late(rows, enough, over) == []


def test_the_earliest_lines_are_covered_first():
    rows = [figures.Planned(1, 1, 2, D(100)), figures.Planned(2, 1, 1, D(100))]
    assert figures.late(rows, {(1, 6): D(100)}, 6) == [1]


@given(FIGURES, FIGURES, FIGURES)
def test_a_proposal_is_never_below_any_of_its_reasons_nor_above_all_of_them(ordered, asked, recurring):
    found = {(one.category, one.month): one for one in proposals(ordered, asked, recurring)}
    for place in {*ordered, *asked, *recurring}:
        parts = [some.get(place, D(0)) for some in (ordered, asked, recurring)]
        if not any(parts):
            assert place not in found
        else:
            assert max(parts) <= found[place].amount <= sum(parts)


VERSION = st.dictionaries(st.sampled_from("abcdef"), st.fixed_dictionaries({"amount": st.integers(0, 3)}))


@given(VERSION, VERSION)
def test_differences_lead_from_one_version_to_the_other_and_back(before, after):
    found = compare(before, after)
    rebuilt = {key: values for key, values in before.items() if key not in dict(found.dropped)}
    rebuilt |= dict(found.added) | {one.key: one.after for one in found.changed}
    assert rebuilt == after
    back = compare(after, before)
    assert dict(back.added) == dict(found.dropped)
    assert {one.key for one in back.changed} == {one.key for one in found.changed}
    assert bool(found) == (before != after)
