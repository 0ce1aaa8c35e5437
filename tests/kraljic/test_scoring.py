"""The matrix's arithmetic: contributions add up, missing inputs are shared out, quadrants are total."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kraljic.scoring import (
    CATEGORIES,
    SUPPLIERS,
    Criterion,
    Scheme,
    failure,
    itself,
    place,
    positions,
    quadrant_of,
    scarcity,
)

NAMES = sorted({criterion.name for scheme in (CATEGORIES, SUPPLIERS) for criterion in scheme.criteria})
inputs = st.dictionaries(st.sampled_from(NAMES), st.one_of(st.none(), st.floats(0, 500)), max_size=len(NAMES))


@given(inputs, st.sampled_from([CATEGORIES, SUPPLIERS]))
def test_contributions_add_up_to_the_axes(measured, scheme):
    found = place(scheme, measured)
    for axis, value in (("risk", found.risk), ("profit", found.profit)):
        adds = sum(part.adds for part in found.contributions if part.axis == axis)
        assert value == pytest.approx(adds, abs=1e-9)
        assert -1e-6 <= value <= 1 + 1e-5


@given(inputs, st.sampled_from([CATEGORIES, SUPPLIERS]))
def test_weights_of_the_known_criteria_make_one(measured, scheme):
    found = place(scheme, measured)
    for axis in ("risk", "profit"):
        weights = [part.weight for part in found.contributions if part.axis == axis and part.measured is not None]
        assert not weights or sum(weights) == pytest.approx(1, abs=1e-5)


def test_too_little_known_is_not_placed():
    assert place(CATEGORIES, {"late": 0.9}).quadrant == ""
    assert place(CATEGORIES, {"late": 0.9}).coverage == 0.075


@given(st.floats(0, 1), st.floats(0, 1))
def test_every_point_has_one_quadrant(risk, profit):
    assert quadrant_of(CATEGORIES, risk, profit) in {"strategic", "leverage", "bottleneck", "noncritical"}


def test_a_point_on_the_lines_is_strategic():
    assert quadrant_of(CATEGORIES, 0.5, 0.5) == "strategic"


@pytest.mark.parametrize(("suppliers", "expected"), [(0, 1.0), (1, 1.0), (2, 0.5), (4, 0.25)])
def test_scarcity_falls_with_every_supplier(suppliers, expected):
    assert scarcity(suppliers) == expected


@pytest.mark.parametrize(("on_time", "expected"), [(1.0, 0.0), (0.9, 0.4), (0.75, 1.0), (0.2, 1.0)])
def test_a_quarter_late_is_full_risk(on_time, expected):
    assert failure(on_time) == pytest.approx(expected)


def test_pareto_positions_fall_by_the_share_before_them():
    assert positions({1: 60, 2: 30, 3: 10}) == {1: 1.0, 2: pytest.approx(0.4), 3: pytest.approx(0.1)}


def test_equal_spends_share_a_position():
    assert positions({1: 50, 2: 50}) == {1: 1.0, 2: 1.0}


WORKED = Scheme(
    criteria=tuple(
        Criterion(name, axis, weight, itself)
        for axis, name, weight in (
            ("risk", "r_scarcity", 0.25), ("risk", "r_hhi", 0.20), ("risk", "r_lt", 0.10), ("risk", "r_ltcv", 0.10),
            ("risk", "r_otd", 0.10), ("risk", "r_vol", 0.10), ("risk", "r_subst", 0.15),
            ("profit", "p_spend", 0.5), ("profit", "p_margin", 0.3), ("profit", "p_stockout", 0.2),
        )
    )
)  # fmt: skip


@pytest.mark.needs_data
def test_the_worked_example_comes_out(shared):
    """Eight categories with hand-checked axes and quadrants."""
    rows = list(csv.DictReader((shared / "data/worked/kpm_worked.csv").open(encoding="utf-8")))
    assert len(rows) == 8
    for row in rows:
        found = place(WORKED, {name: float(row[name]) for name in row if name[:2] in {"r_", "p_"}})
        assert found.risk == pytest.approx(float(row["R"]), abs=2e-6), row["category"]
        assert found.profit == pytest.approx(float(row["P"]), abs=2e-6), row["category"]
        assert found.quadrant == row["q_fixed"].lower().replace("-", "")
