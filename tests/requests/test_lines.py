"""What people type wrong, and what they read then: one clear sentence at the field, and nothing changed."""

import datetime as dt
from decimal import Decimal

import pytest

from procurement.requests import services
from procurement.requests.models import PurchaseRequest, RequestLine
from srm.core.errors import InvalidInput
from srm.flow.perform import perform
from tests.requests.conftest import draft, in_days, line_of

pytestmark = pytest.mark.django_db


def faults(firm, work, *lines, by="requester", **header):
    values = {
        "title": "Bolts",
        "department": firm.assembly,
        "place": firm.plovdiv,
        "cost_center": firm.cc_assembly,
        **header,
    }
    with pytest.raises(InvalidInput) as refused, work():
        services.create_request(actor=firm.actor(by), lines=list(lines), **values)
    assert not PurchaseRequest.objects.unscoped("test").exists()
    return {name: " ".join(map(str, sentences)) for name, sentences in refused.value.errors.items()}


@pytest.mark.parametrize(
    ("quantity", "sentence"),
    [
        ("0", "more than 0"), ("-5", "more than 0"), ("1e30", "too large"), ("a few", "not a number"), ("", "Enter a quantity"),
        ("0.00001", "At most 4 decimals"), ("nan", "not a number"), (None, "Enter a quantity"),
    ],
)  # fmt: skip
def test_an_impossible_quantity_is_named_at_its_field(firm, work, quantity, sentence):
    line = {**line_of(firm), "quantity": quantity}
    assert sentence in faults(firm, work, line_of(firm), line)["lines.1.quantity"]


def test_a_unit_that_does_not_convert_is_refused_at_the_unit(firm, work):
    found = faults(firm, work, line_of(firm, unit=firm.unit("KGM")))
    assert "does not convert" in found["lines.0.unit"]


def test_a_day_that_is_over_is_refused_unless_it_is_after_the_fact(firm, work):
    late = line_of(firm, need_by=in_days(-1))
    assert "over" in faults(firm, work, late)["lines.0.need_by"]
    assert "year" in faults(firm, work, line_of(firm, need_by=dt.date(9999, 1, 1)))["lines.0.need_by"]
    request = draft(firm, late, route="after_fact", route_reason="The pump broke on Sunday.")
    assert request.need_by == in_days(-1)


def test_a_blocked_item_is_refused_with_its_successor(firm, work):
    with work():
        perform(firm.bolt, "block", actor=firm.actor("buyer"), reason="too soft")
    firm.bolt.refresh_from_db()
    assert "not in use" in faults(firm, work, line_of(firm))["lines.0.item"]
    firm.bolt.__class__.objects.filter(pk=firm.bolt.pk).update(replaced_by=firm.nut)
    firm.bolt.refresh_from_db()
    assert "Nut M8 A2" in faults(firm, work, line_of(firm))["lines.0.item"]


def test_a_line_says_what_it_wants_and_where(firm, work):
    found = faults(
        firm, work, {"quantity": "1", "need_by": in_days(5)}, {"description": "Rags", "quantity": "1"},
        place=None, cost_center=None,
    )  # fmt: skip
    assert "describe" in found["lines.0.item"]
    assert "unit" in found["lines.1.unit"]
    assert found["lines.1.need_by"] == "By when do you need it?"
    assert "cost centre" in found["lines.0.cost_center"]
    assert "lines.0.place" not in found, "the department has its usual place"


def test_all_faults_of_all_lines_are_told_at_once(firm, work):
    found = faults(firm, work, {**line_of(firm), "quantity": "0"}, line_of(firm, need_by=in_days(-3), estimate="-1"))
    assert set(found) == {"lines.0.quantity", "lines.1.need_by", "lines.1.estimate"}


def test_an_empty_request_asks_for_nothing(firm, work):
    assert "at least one" in faults(firm, work)["lines"]


def test_quantity_times_price_must_be_possible(firm, work):
    found = faults(firm, work, line_of(firm, quantity="90000000000", estimate=Decimal("900000000")))
    assert "too large" in found["lines.0.estimate"]


def test_another_route_needs_a_reason(firm, work):
    assert "route" in faults(firm, work, line_of(firm), route="urgent")["route_reason"]


def test_nobody_asks_for_a_foreign_department_or_person(firm, work):
    assert "belong" in faults(firm, work, line_of(firm), department=firm.service)["department"]
    assert "yourself" in faults(firm, work, line_of(firm), requester=firm.users.requester2)["requester"]
    request = draft(firm, by="buyer", requester=firm.users.requester)
    assert (request.requester, request.created_by) == (firm.users.requester, firm.users.buyer)


def test_places_and_payers_of_another_firm_are_refused(firm, work):
    other = firm.entity.__class__.objects.create(code="OT", name_en="Other")
    place = firm.plovdiv.__class__.objects.create(code="OTP", name_en="Gate", legal_entity=other)
    assert "another legal entity" in faults(firm, work, line_of(firm, place=place))["lines.0.place"]


def test_the_unit_the_price_and_the_category_come_from_the_item(firm):
    request = draft(firm, {"item": firm.bolt, "quantity": "2", "unit": firm.unit("BX"), "need_by": in_days(9)})
    (line,) = request.lines.all()
    assert (line.base_quantity, line.base_unit, line.category) == (400, firm.unit("C62"), firm.fasteners)
    assert (line.estimate, line.amount, request.total) == (Decimal("12.2"), Decimal("24.40"), Decimal("24.40"))
    assert (line.place, line.cost_center, request.line_count) == (firm.plovdiv, firm.cc_assembly, 1)


def test_lines_are_changed_added_and_removed_as_one_list(firm, work):
    request = draft(firm, line_of(firm, quantity="1"), line_of(firm, firm.nut, "2"), line_of(firm, firm.gloves, "3"))
    first, second, _third = request.lines.all()
    with work():
        services.update_request(
            request, actor=firm.actor("requester"), version=request.version,
            lines=[{**line_of(firm, firm.nut, "20"), "id": second.public_id}, {**line_of(firm, quantity="1"), "id": first.public_id},
                   line_of(firm, firm.gloves, "7")],
        )  # fmt: skip
    request.refresh_from_db()
    rows = RequestLine.objects.unscoped("test").filter(request=request)
    assert [(row.position, row.item.article, row.quantity) for row in rows] == [
        (1, "10451", 20),
        (2, "10443", 1),
        (3, "30007", 7),
    ]
    assert {first.pk, second.pk} < {row.pk for row in rows}
    assert request.version == 2


def test_a_line_of_another_request_cannot_be_smuggled_in(firm, work):
    mine, other = draft(firm), draft(firm)
    with pytest.raises(InvalidInput) as refused, work():
        services.update_request(
            mine, actor=firm.actor("requester"), lines=[{**line_of(firm), "id": other.lines.get().public_id}]
        )
    assert "lines.0.id" in refused.value.errors


def test_lines_follow_the_header_where_they_had_its_value(firm, work):
    request = draft(firm, {**line_of(firm), "need_by": None}, line_of(firm, need_by=in_days(40)), need_by=in_days(10))
    with work():
        services.update_request(request, actor=firm.actor("requester"), need_by=in_days(12), place=firm.sofia)
    assert [(line.need_by, line.place) for line in request.lines.all()] == [
        (in_days(12), firm.sofia),
        (in_days(40), firm.sofia),
    ]


def test_a_copy_moves_the_dates_and_leaves_out_what_is_not_in_use(firm, work):
    request = draft(firm, line_of(firm, need_by=in_days(30)), line_of(firm, firm.nut, "2"))
    with work():
        perform(firm.nut, "block", actor=firm.actor("buyer"), reason="too soft")
    with work():
        copy = services.copy_request(request, actor=firm.actor("requester"))
    assert [(line.item, line.need_by) for line in copy.lines.all()] == [(firm.bolt, in_days(30))]
    assert "10451" in copy.note
    assert copy.number == ""
