"""One need in several deliveries: typed as one line, kept as a line for each day, gathered again where it is shown."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from procurement.planning.services import aggregate
from procurement.requests import selectors, services
from procurement.requests.deliveries import MOST, Delivery, read_deliveries
from procurement.requests.forms import write_deliveries
from procurement.requests.models import PurchaseRequest, RequestLine
from procurement.requests.spreading import spread
from srm.audit.models import AuditEvent
from srm.core import clock
from srm.core.errors import InvalidInput
from tests.requests.conftest import approved, draft, form_data, in_days, line_of, sent
from tests.requests.test_afterwards import amend, asked, fresh, lines, same
from tests.requests.test_decisions import budget, decide, next_year, states
from tests.requests.test_pages import MOST_QUERIES, NEW, header, only, url

pytestmark = pytest.mark.django_db
QUANTITIES = st.decimals("0.0001", "99999", places=4)


def on(days: int, quantity: str) -> Delivery:
    return Delivery(in_days(days), Decimal(quantity))


def in_two(firm, item=None, **values):
    """100 of something: 40 in 20 days, 60 in 50."""
    return line_of(firm, item, deliveries=[on(20, "40"), on(50, "60")], **values)


def shown(request) -> list[tuple]:
    return [((one.need_by - clock.today()).days, one.quantity, one.state) for one in lines(request)]


# ------------------------------------------------------------------------------------------------ as text


def test_days_and_quantities_are_read_as_people_write_them():
    year = clock.today().year + 1
    assert read_deliveries(f"10.12.{year}: 40; {year}-12-15 = 1 000,5\n20/12/{year % 100} 7") == [
        Delivery(dt.date(year, 12, 10), Decimal(40)), Delivery(dt.date(year, 12, 15), Decimal("1000.5")),
        Delivery(dt.date(year, 12, 20), Decimal(7)),
    ]  # fmt: skip
    assert read_deliveries(f"10.12.{year}\t40\n\n") == [Delivery(dt.date(year, 12, 10), Decimal(40))]
    assert read_deliveries(" ; \n") == []


def test_a_day_without_a_year_is_the_next_one():
    tomorrow, yesterday = in_days(1), in_days(-1)
    first, second = read_deliveries(f"{tomorrow:%d.%m}: 1; {yesterday:%d.%m.}: 2")
    assert first.need_by == tomorrow
    assert (second.need_by - yesterday).days in {365, 366}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("soon: 40", "no day and quantity"), ("10.12.2030", "no day and quantity"), ("32.12.2030: 4", "There is no day"),
        ("10.13.2030: 4", "There is no day"), ("10.12.2030: many", "not a number"), ("10.12.2030: 0", "more than 0"),
        ("10.12.2030: -4", "more than 0"), ("10.12.2030: 1e40", "too large"), ("1.1.2030: 0.00001", "At most 4"),
        ("; ".join(["10.12.2030: 1"] * (MOST + 1)), "At most 60"), ("10.12.2030: 1 <script>", "not a number"),
    ],
)  # fmt: skip
def test_what_is_no_delivery_is_refused_with_what_to_write(text, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        read_deliveries(text)


@given(st.text(max_size=80))
def test_hostile_text_is_read_or_refused_and_nothing_else(text):
    try:
        found = read_deliveries(text)
    except InvalidInput:
        return
    assert all(one.quantity > 0 for one in found)


@given(st.lists(st.tuples(st.dates(dt.date(2027, 1, 1), dt.date(2030, 1, 1)), QUANTITIES), max_size=8))
def test_what_is_written_reads_back_equal(rows):
    found = [Delivery(day, quantity) for day, quantity in rows]
    assert read_deliveries(write_deliveries(found)) == found


# ------------------------------------------------------------------------------------------------ spreading


@given(st.dictionaries(st.integers(1, 400), QUANTITIES, min_size=1, max_size=20), st.booleans())
def test_the_lines_add_up_to_the_need_and_none_is_empty(parts, says_quantity):
    deliveries = [Delivery(dt.date(2027, 1, 1) + dt.timedelta(days=day), quantity) for day, quantity in parts.items()]
    total = sum(parts.values())
    found = spread([{"quantity": total if says_quantity else None, "deliveries": deliveries}, {"quantity": 1}])
    rows = found.lines[:-1]
    assert sum(one["quantity"] for one in rows) == total
    assert all(one["quantity"] > 0 for one in rows)
    assert [one["need_by"] for one in rows] == sorted({one.need_by for one in deliveries})
    assert len({one["delivery_of"] for one in rows}) == 1
    assert bool(rows[0]["delivery_of"]) == (len(rows) > 1)
    assert found.origin == [0] * len(rows) + [1]


def refused(firm, work, *rows):
    with pytest.raises(InvalidInput) as fault, work():
        services.create_request(
            actor=firm.actor("requester"), title="Bolts", department=firm.assembly, place=firm.plovdiv,
            cost_center=firm.cc_assembly, lines=list(rows),
        )  # fmt: skip
    assert not PurchaseRequest.objects.unscoped("test").exists()
    return {name: " ".join(sentences) for name, sentences in fault.value.errors.items()}


def test_what_does_not_add_up_is_refused_at_the_deliveries(firm, work):
    wrong = {**in_two(firm), "quantity": Decimal(90)}
    twice = line_of(firm, deliveries=[on(20, "40"), on(20, "60")])
    found = refused(firm, work, line_of(firm), wrong, twice)
    assert "add up to 100, the line asks for 90" in found["lines.1.deliveries"]
    assert "stands here twice" in found["lines.2.deliveries"]


def test_a_fault_of_one_delivery_is_told_at_its_day_and_one_of_all_only_once(firm, work):
    late = line_of(firm, quantity="2", deliveries=[on(-3, "1"), on(20, "1")], cost_center=None)
    unknown = {**in_two(firm), "item": None}
    found = refused(firm, work, line_of(firm), late, unknown)
    assert found["lines.1.deliveries"].endswith("This day is over. Choose today or later.")
    assert found["lines.2.item"] == "Choose an item, or describe what you need."
    assert set(found) == {"lines.1.deliveries", "lines.2.item"}


def test_too_many_lines_are_refused_as_a_whole(firm, work):
    many = line_of(firm, quantity=str(MOST), deliveries=[on(20 + no, "1") for no in range(MOST)])
    assert "At most 1000" in refused(firm, work, *[many] * 17)["lines"]


# ------------------------------------------------------------------------------------------------ a request's life


def test_a_need_in_two_deliveries_is_approved_at_once_and_planned_by_day(firm, work):
    money = budget(firm, work, "1000")
    line = next_year(firm, quantity="100", estimate=Decimal("0.5"))
    first, second = line["need_by"], line["need_by"] + dt.timedelta(days=30)
    request = sent(firm, {**line, "deliveries": [Delivery(second, Decimal(60)), Delivery(first, Decimal(40))]})
    assert (request.line_count, request.need_by, request.total) == (2, first, Decimal(50))
    decide(firm, work, request)
    money.refresh_from_db()
    assert (money.reserved, asked(request), states(request)) == (50, ["approved"], ["approved", "approved"])
    with work():
        demand = aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity)
    assert sorted(one.quantity for one in demand.lines.all()) == [40, 60]
    track = selectors.tracker(fresh(request))
    assert [(one.line.need_by, one.at("planned")) for one in track] == [(first, 40), (second, 60)]
    assert [one.line.delivery_said for one in track] == [
        "delivery 1 of 2, 100\u00a0pc together", "delivery 2 of 2, 100\u00a0pc together",
    ]  # fmt: skip
    assert selectors.verify() == []


def test_what_comes_at_once_bears_no_mark(firm):
    request = draft(firm, line_of(firm), line_of(firm, firm.nut, "5", deliveries=[on(9, "5")]))
    assert [(one.delivery_of, one.deliveries, one.delivery_said) for one in lines(request)] == [("", [], "")] * 2
    assert lines(request)[1].need_by == in_days(9)


def test_changed_deliveries_of_a_draft_keep_the_lines_they_can(firm, work):
    request = draft(firm, in_two(firm), line_of(firm, firm.nut, "5"))
    first, second, nut = lines(request)
    changed = {**in_two(firm), "id": first.public_id, "quantity": Decimal(110)}
    changed["deliveries"] = [on(30, "40"), on(50, "60"), on(70, "10")]
    with work():
        services.update_request(
            request, actor=firm.actor("requester"),
            lines=[changed, {**line_of(firm, firm.nut, "5"), "id": nut.public_id}],
        )  # fmt: skip
    assert shown(request) == [(30, 40, "draft"), (50, 60, "draft"), (70, 10, "draft"), (20, 5, "draft")]
    kept = lines(request)
    assert [kept[0].pk, kept[1].pk, kept[3].pk] == [first.pk, second.pk, nut.pk]
    assert {one.delivery_of for one in kept[:3]} == {first.delivery_of}
    assert kept[3].delivery_of == ""


def test_a_need_that_comes_at_once_after_all_is_one_line_again(firm, work):
    request = draft(firm, in_two(firm))
    first, _second = lines(request)
    with work():
        services.update_request(
            request, actor=firm.actor("requester"), lines=[{**line_of(firm), "id": first.public_id}]
        )
    assert shown(request) == [(20, 100, "draft")]
    assert lines(request)[0].deliveries == []


def test_a_header_that_moves_leaves_the_deliveries_alone(firm, work):
    request = draft(firm, in_two(firm))
    with work():
        services.update_request(request, actor=firm.actor("requester"), title="For June")
    assert shown(request) == [(20, 40, "draft"), (50, 60, "draft")]
    assert len(lines(request)[0].deliveries) == 2


def test_of_an_approved_line_only_what_comes_on_another_day_is_decided_again(firm, work):
    money = budget(firm, work, "1000")
    request = approved(firm, next_year(firm, quantity="100", estimate=Decimal("0.5")))
    (line,) = lines(request)
    sooner = line.need_by - dt.timedelta(days=10)
    wanted = same(line, deliveries=[Delivery(line.need_by, Decimal(70)), Delivery(sooner, Decimal(30))], quantity=None)
    amend(firm, work, request, wanted)
    assert [(one.quantity, one.need_by, one.state) for one in lines(request)] == [
        (70, line.need_by, "approved"), (30, sooner, "submitted"),
    ]  # fmt: skip
    money.refresh_from_db()
    assert (money.reserved, asked(request), fresh(request).need_by) == (35, ["approved", "open"], sooner)
    decide(firm, work, request)
    money.refresh_from_db()
    assert (money.reserved, states(request)) == (50, ["approved", "approved"])
    assert {one.delivery_of for one in lines(request)} == {lines(request)[0].delivery_of}
    event = AuditEvent.objects.filter(verb="amended").latest("pk")
    assert "1. quantity" in event.changes


def test_what_is_planned_of_a_need_cannot_be_put_off(firm, work):
    request = approved(firm)
    with work():
        aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity)
    (line,) = lines(request)
    before = shown(request)
    with pytest.raises(InvalidInput) as fault:
        amend(firm, work, request, same(line, deliveries=[on(20, "40"), on(50, "60")]))
    assert "being bought already" in fault.value.errors["lines.0.deliveries"][0]
    assert shown(request) == before


def test_a_delivery_that_is_cancelled_is_not_counted(firm, work):
    request = approved(firm, line_of(firm, quantity="3", deliveries=[on(20, "1"), on(30, "1"), on(40, "1")]))
    with work():
        services.cancel_part(
            request, actor=firm.actor("requester"), lines=[lines(request)[1]], reason="not needed any more"
        )  # fmt: skip
    assert [one.delivery_said[:15] for one in lines(request)] == ["delivery 1 of 2", "", "delivery 2 of 2"]


def test_a_copy_keeps_the_distance_between_deliveries(firm, work):
    request = draft(firm, line_of(firm, deliveries=[on(3, "40"), on(10, "60")]))
    with work():
        copy = services.copy_request(request, actor=firm.actor("requester"))
    assert shown(copy) == [(14, 40, "draft"), (21, 60, "draft")]
    assert len(lines(copy)[0].deliveries) == 2
    assert lines(copy)[0].delivery_of != lines(request)[0].delivery_of


def test_a_template_knows_one_line_for_all_deliveries(firm, work):
    from procurement.patterns.services import template_of

    request = draft(firm, in_two(firm))
    with work():
        template = template_of(request, actor=firm.actor("requester"), name="Bolts")
    assert [one.quantity for one in template.lines.all()] == [100]


# ------------------------------------------------------------------------------------------------ pages


def test_a_requester_types_the_deliveries_of_a_line(firm, client_of, django_assert_max_num_queries):
    client = client_of("requester")
    text = f"{in_days(20):%d.%m.%Y}: 40; {in_days(50):%d.%m.%Y}: 60"
    client.post(NEW, form_data(header(firm), {"item": firm.bolt, "quantity": "100", "deliveries": text}))
    request = only()
    assert shown(request) == [(20, 40, "draft"), (50, 60, "draft")]
    with django_assert_max_num_queries(MOST_QUERIES):
        page = client.get(url(request)).content.decode()
    assert "delivery 2 of 2, 100\u00a0pc together" in page
    form = client.get(url(request, "edit")).content.decode()
    assert f"{in_days(20):%d.%m.%Y}: 40\n{in_days(50):%d.%m.%Y}: 60" in form
    assert form.count('-quantity" value="100"') == 1


def test_an_edited_form_is_one_line_per_need(firm, client_of):
    request = draft(firm, in_two(firm))
    first, second = lines(request)
    text = f"{in_days(20):%d.%m.%Y}: 30\r\n{in_days(50):%d.%m.%Y}: 70"
    line = {"id": first.public_id, "item": firm.bolt, "quantity": "100", "deliveries": text}
    answer = client_of("requester").post(url(request, "edit"), {**form_data(header(firm), line), "version": "1"})
    assert answer.status_code == 302, answer.content.decode()
    assert [(one.pk, one.quantity) for one in lines(request)] == [(first.pk, 30), (second.pk, 70)]


@pytest.mark.parametrize(
    ("text", "sentence"), [("10.12.2030: 40", "The deliveries add up to 40, the line asks for 100."), ("some day", "no day and")]
)  # fmt: skip
def test_wrong_deliveries_come_back_as_typed(firm, client_of, text, sentence):
    data = form_data(header(firm), {"item": firm.bolt, "quantity": "100", "deliveries": text})
    answer = client_of("requester").post(NEW, data)
    page = answer.content.decode()
    assert (answer.status_code, sentence in page, text in page) == (422, True, True)
    assert not PurchaseRequest.objects.unscoped("test").exists()


def test_the_look_counts_every_delivery(firm, client_of):
    text = f"{in_days(20):%d.%m.%Y}: 40; {in_days(50):%d.%m.%Y}: 60"
    data = form_data(header(firm), {"item": firm.bolt, "quantity": "100", "deliveries": text, "estimate": "2"})
    assert "2 lines, about 200.00" in client_of("requester").post(reverse("requests:look"), data).content.decode()


def test_amending_shows_the_deliveries_as_one_line(firm, client_of):
    request = approved(firm, in_two(firm))
    first, second = lines(request)
    page = client_of("requester").get(url(request, "amend")).content.decode()
    assert f"{in_days(20):%d.%m.%Y}: 40" in page
    line = {"id": first.public_id, "item": firm.bolt, "quantity": "80", "unit": firm.bolt.base_unit, "place": firm.plovdiv,
            "cost_center": firm.cc_assembly, "need_by": first.need_by, "category": firm.bolt.category,
            "estimate": first.estimate,
            "deliveries": f"{in_days(20):%d.%m.%Y}: 40; {in_days(50):%d.%m.%Y}: 40"}  # fmt: skip
    data = form_data({"reason": "the plan changed", "version": fresh(request).version}, line)
    answer = client_of("requester").post(url(request, "amend"), data)
    assert answer.status_code == 302, answer.content.decode()
    assert [(one.pk, one.quantity, one.state) for one in lines(request)] == [
        (first.pk, 40, "approved"), (second.pk, 40, "approved"),
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------------ API


def call(client, method, address, body):
    version = {"if-match": f'"{body.pop("version")}"'} if "version" in body else {}
    answer = getattr(client, method)(address, json.dumps(body), content_type="application/json", headers=version)
    return answer.status_code, answer.json()


def body_of(firm, **line):
    days = [{"need_by": f"{in_days(20)}", "quantity": "40"}, {"need_by": f"{in_days(50)}", "quantity": "60"}]
    return {"title": "Bolts", "department": firm.assembly.public_id, "route": "normal", "lines": [
        {"item": firm.bolt.public_id, "quantity": "100", "place": firm.plovdiv.public_id,
         "cost_center": firm.cc_assembly.public_id, "deliveries": days, **line},
    ]}  # fmt: skip


def test_deliveries_are_written_and_read_over_the_api(firm, client_of):
    status, request = call(client_of("requester"), "post", "/api/v1/requests/", body_of(firm))
    assert status == 201, request
    first, second = request["lines"]
    assert [(one["line"], one["need_by"], one["quantity"]) for one in first["deliveries"]] == [
        (first["id"], f"{in_days(20)}", "40"), (second["id"], f"{in_days(50)}", "60"),
    ]  # fmt: skip
    assert first["deliveries"] == second["deliveries"]


def test_what_was_read_changes_nothing_when_it_is_sent_back(firm, client_of):
    client = client_of("requester")
    _status, request = call(client, "post", "/api/v1/requests/", body_of(firm))
    names = ("id", "item", "quantity", "unit", "need_by", "place", "cost_center", "deliveries")
    rows = [{name: line[name] for name in names} for line in request["lines"]]
    address = f"/api/v1/requests/{request['id']}/"
    status, after = call(client, "patch", address, {"lines": rows, "version": request["version"]})
    assert (status, after["lines"], after["version"]) == (200, request["lines"], request["version"])
    rows[0]["quantity"] = "30"
    status, fault = call(client, "patch", address, {"lines": rows, "version": request["version"]})
    assert (status, "without “line”" in json.dumps(fault, ensure_ascii=False)) == (422, True), fault


@pytest.mark.parametrize(
    ("deliveries", "field"),
    [
        ([{"need_by": "2030-01-01", "quantity": "99"}], "deliveries"),
        ([{"need_by": "soon", "quantity": "100"}], "deliveries"), ([{"quantity": "100"}], "deliveries"),
        ([{"need_by": "2030-01-01", "quantity": "100", "price": "1"}], "deliveries"), ("10.12: 100", "deliveries"),
        ([{"need_by": "2030-01-01", "quantity": "100", "line": "x" * 30}], "deliveries"),
        ([{"need_by": "2030-01-01", "quantity": "100", "line": "nobody"}], "deliveries"),
    ],
)  # fmt: skip
def test_wrong_deliveries_are_refused_over_the_api(firm, client_of, deliveries, field):
    status, fault = call(client_of("requester"), "post", "/api/v1/requests/", body_of(firm, deliveries=deliveries))
    assert (status, field in json.dumps(fault)) == (422, True), fault
    assert not RequestLine.objects.unscoped("test").exists()
