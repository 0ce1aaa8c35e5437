"""The low-value route has its limits: a request, and a department's year in a category."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from procurement.requests import services
from procurement.requests.lowvalue import limits
from procurement.requests.lowvalue import services as rules
from procurement.requests.lowvalue.exchange import LowValueRuleSheet
from procurement.requests.lowvalue.models import LowValueRule
from procurement.requests.models import PurchaseRequest
from procurement.requests.substitutes import services as substitutes
from srm.approvals import services as approvals
from srm.approvals.accumulation import Accumulated
from srm.core import clock
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.flow.perform import perform
from srm.flow.uow import unit_of_work
from srm.people.models import LegalEntity
from tests.requests.conftest import approved, draft, form_data, in_days, line_of, sent
from tests.requests.test_afterwards import amend, fresh, lines, same
from tests.rest.helpers import api

pytestmark = pytest.mark.django_db
D = Decimal
LOW = {"route": "low_value", "route_reason": "Under a hundred, from the shop next door."}


def limit(firm, by="administrator", **values):
    """At most 100 a request and 150 a year."""
    values = {"legal_entity": firm.entity, "most_request": D(100), "most_year": D(150), **values}
    with unit_of_work():
        return rules.create_rule(actor=firm.actor(by), **values)


def worth(firm, amount, item=None, **more):
    """A line that comes to so much."""
    return line_of(firm, item, "1", estimate=D(amount), **more)


def low(firm, amount, *more, by="requester", **header):
    return sent(firm, worth(firm, amount), *more, by=by, **LOW, **header)


def plain(text: object) -> str:
    """With ordinary spaces between numbers and currencies."""
    return str(text).replace("\xa0", " ")


def cancel(firm, request, by="requester"):
    with unit_of_work():
        return perform(request, "cancel", actor=firm.actor(by), reason="not needed any more")


# ------------------------------------------------------------------------------------------------ sending


def test_a_department_uses_up_its_year_and_is_told_what_is_used_and_what_to_do(firm):
    limit(firm)
    assert [low(firm, amount).number for amount in ("80", "70")]
    with pytest.raises(RuleBroken) as fault:
        low(firm, "0.01")
    sentence = plain(fault.value)
    for part in (
        "Assembly",
        "Fasteners",
        "150.00 EUR",
        "0.01 EUR",
        str(clock.today().year),
        "Choose the normal route.",
    ):
        assert part in sentence
    assert fresh(sent(firm, worth(firm, "500"))).state == "submitted", "the normal route has no such limit"
    assert PurchaseRequest.objects.unscoped("test").filter(route="low_value").exclude(number="").count() == 2


def test_one_request_may_come_to_the_limit_and_not_to_a_cent_more(firm):
    limit(firm, most_year=None)
    assert fresh(low(firm, "100")).state == "submitted"
    with pytest.raises(RuleBroken, match=r"100\.00\sEUR at most, this one comes to 100\.01\sEUR"):
        low(firm, "60", worth(firm, "40.01", firm.gloves))


def test_without_a_rule_or_with_one_that_is_off_nothing_is_limited(firm):
    assert fresh(low(firm, "5000")).state == "submitted"
    limit(firm, is_on=False)
    assert fresh(low(firm, "5000")).state == "submitted"


def test_every_department_and_category_has_a_year_of_its_own(firm):
    limit(firm)
    low(firm, "100")
    low(firm, "50")
    other = worth(firm, "90", firm.gloves)
    assert sent(firm, other, **LOW).number, "another category"
    service = {"department": firm.service, "cost_center": firm.cc_service, "place": firm.sofia}
    assert low(firm, "90", by="requester2", **service).number, "another department"


def test_what_has_no_category_counts_together(firm):
    limit(firm)
    words = {"item": None, "description": "A bag of screws", "unit": firm.unit("C62")}
    sent(firm, worth(firm, "100") | words, **LOW)
    with pytest.raises(RuleBroken, match="Without category"):
        sent(firm, worth(firm, "60") | words, **LOW)


def test_what_is_cancelled_rejected_or_returned_makes_room(firm):
    limit(firm)
    first, second = low(firm, "100"), low(firm, "50")
    cancel(firm, first)
    third = low(firm, "100")
    for request, outcome in ((second, "rejected"), (third, "returned")):
        with unit_of_work():
            approvals.decide(request, actor=firm.actor("approver"), outcome=outcome, reason="not so")
    assert low(firm, "100").number
    assert low(firm, "50").number
    with pytest.raises(RuleBroken), unit_of_work():
        perform(fresh(third), "submit", actor=firm.actor("requester"))
    assert fresh(third).state == "returned"


def test_what_is_cut_short_counts_with_what_was_bought_of_it(firm):
    limit(firm)
    request = approved(firm, line_of(firm, quantity="10", estimate=D(10)), **LOW)
    (line,) = lines(request)
    type(line).rows.filter(pk=line.pk).update(open_quantity=6, coming_quantity=3, done_quantity=1)
    with unit_of_work():
        perform(lines(request)[0], "close_short", actor=firm.actor("buyer"), reason="the rest is not needed")
    used = limits.used_in_year(firm.assembly, [firm.fasteners], year=clock.today().year, but="")
    assert used == {firm.fasteners.pk: D(40)}


def test_last_year_does_not_count(firm):
    limit(firm)
    for amount in ("100", "50"):
        request = low(firm, amount)
        PurchaseRequest.rows.filter(pk=request.pk).update(sent_on=dt.date(clock.today().year - 1, 12, 31))
    assert low(firm, "100").sent_on == clock.today()


def test_the_button_says_beforehand_why_it_cannot_be_sent(firm, client_of):
    limit(firm)
    request = draft(firm, worth(firm, "120"), **LOW)
    page = plain(client_of("requester").get(request.get_absolute_url()).content.decode())
    assert "comes to 120.00 EUR. Choose the normal route." in page
    answer = api(firm.users.requester).post(f"/api/v1/requests/{request.public_id}/moves/submit/", {})
    assert answer.status_code == 409
    assert "Choose the normal route." in answer.content.decode()
    assert (fresh(request).number, fresh(request).sent_on) == ("", None)


def test_sending_from_the_form_keeps_what_was_typed_and_says_why(firm, client_of):
    limit(firm)
    header = {
        "title": "Screws",
        "department": firm.assembly,
        "place": firm.plovdiv,
        "cost_center": firm.cc_assembly,
        **LOW,
    }
    line = {"item": firm.bolt, "quantity": "1", "need_by": in_days(20).isoformat(), "estimate": "120"}
    answer = client_of("requester").post(
        reverse("requests:purchaserequest-create"), {**form_data(header, line), "send": "1"}
    )
    assert answer.status_code in {200, 409, 422}
    page = plain(answer.content.decode())
    assert "Choose the normal route." in page
    assert "Screws" in page
    assert not PurchaseRequest.objects.unscoped("test").exists()


def test_while_typing_one_reads_how_much_of_the_year_is_used(firm, client_of):
    limit(firm)
    low(firm, "60")
    header = {"title": "x", "department": firm.assembly, **LOW}
    line = {"item": firm.bolt, "quantity": "1", "need_by": in_days(20).isoformat()}
    look = reverse("requests:look")
    page = plain(client_of("requester").post(look, form_data(header, line | {"estimate": "30"})).content.decode())
    assert "limit 60.00 EUR of 150.00 EUR are used, this request adds 30.00 EUR." in page
    page = plain(client_of("requester").post(look, form_data(header, line | {"estimate": "95"})).content.decode())
    assert "60.00 EUR are used, this request adds 95.00 EUR. Choose the normal route." in page
    normal = header | {"route": "normal"}
    page = plain(client_of("requester").post(look, form_data(normal, line | {"estimate": "95"})).content.decode())
    assert "limit" not in page


# ------------------------------------------------------------------------------------------------ changing what was sent


def test_amending_may_not_grow_beyond_a_limit_and_may_always_shrink(firm):
    limit(firm)
    request = low(firm, "90")
    low(firm, "50")
    with pytest.raises(RuleBroken, match="Ask for less here, and for the rest by the normal route"):
        amend(firm, unit_of_work, request, same(lines(request)[0], quantity=D(1), estimate=D("100.01")))
    with pytest.raises(RuleBroken, match=r"50\.00\sEUR are used"):
        amend(firm, unit_of_work, request, same(lines(request)[0]), worth(firm, "10.01"))
    assert lines(request)[0].amount == D(90)
    amend(firm, unit_of_work, request, same(lines(request)[0]), worth(firm, "10"))
    LowValueRule.rows.update(most_request=D(10), most_year=D(20))
    amend(firm, unit_of_work, request, same(lines(request)[0], estimate=D(80)), same(lines(request)[1]))
    assert sum(line.amount for line in lines(request)) == D(90)


def test_a_dearer_substitute_may_not_carry_it_beyond_a_limit(firm, work):
    limit(firm)
    request = approved(firm, worth(firm, "95"), **LOW)
    with work():
        row = substitutes.propose(
            request, actor=firm.actor("buyer"), line=lines(request)[0], item=firm.nut, price=D(120),
            reason="the other one is not made any more",
        )  # fmt: skip
    with pytest.raises(RuleBroken, match=r"100\.00\sEUR at most"), work():
        substitutes.accept(row, actor=firm.actor("requester"))
    assert lines(request)[0].item == firm.bolt
    assert Accumulated.objects.get(document_id=request.public_id).amount == D(95)


# ------------------------------------------------------------------------------------------------ the rule


def test_administrator_and_head_set_the_limits_nobody_else_sees_them(firm, client_of):
    rule = limit(firm, by="head")
    for name in ("requester", "buyer", "auditor", "officer"):
        with pytest.raises(NotAllowed), unit_of_work():
            rules.update_rule(rule, actor=firm.actor(name), most_year=D(999))
        assert client_of(name).get(rule.get_absolute_url()).status_code == 403
        assert api(getattr(firm.users, name)).get("/api/v1/low-value-rules/").status_code == 403
    page = plain(client_of("administrator").get(reverse("requests:lowvaluerule-list")).content.decode())
    assert "100.00 EUR" in page
    assert "150.00 EUR" in page
    assert "New limits" in page


def test_limits_that_cannot_be_are_refused_at_their_field(firm):
    rule = limit(firm)
    for values, field in (
        ({"most_request": D(0)}, "most_request"), ({"most_year": D("-5")}, "most_year"), ({"most_year": D(99)}, "most_year"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as fault, unit_of_work():
            rules.update_rule(rule, actor=firm.actor("administrator"), **values)
        assert list(fault.value.errors) == [field]
    with pytest.raises(InvalidInput, match="its rule already"):
        limit(firm)
    other = LegalEntity.objects.create(code="Q2", name_en="Quadrant Two")
    with pytest.raises(InvalidInput, match="stays with its legal entity"), unit_of_work():
        rules.update_rule(rule, actor=firm.actor("administrator"), legal_entity=other)


def test_limits_over_the_api(firm):
    program = api(firm.users.administrator)
    answer = program.post(
        "/api/v1/low-value-rules/", {"legal_entity": firm.entity.public_id, "most_request": "100", "most_year": None}
    )
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["most_request"], made["most_year"], made["is_on"]) == ("100.00", None, True)
    changed = program.patch(f"/api/v1/low-value-rules/{made['id']}/", {"most_year": "500", "version": made["version"]})
    assert changed.json()["most_year"] == "500.00"
    stale = program.patch(f"/api/v1/low-value-rules/{made['id']}/", {"most_year": "600", "version": made["version"]})
    assert stale.status_code == 409
    for wrong in ({"most_request": "much"}, {"most_request": "1e40"}, {"legal_entity": "nobody"}):
        assert program.patch(f"/api/v1/low-value-rules/{made['id']}/", wrong | {"version": 2}).status_code in {400, 422}


def test_the_sheet_reads_back_what_it_wrote(firm, tmp_path):
    limit(firm)
    actor = firm.actor("administrator")
    path = tmp_path / "limits.xlsx"
    with path.open("wb") as stream:
        LowValueRuleSheet.export_xlsx(LowValueRule.objects.visible_to(actor), actor, stream, about=False)
    (row,) = LowValueRuleSheet.read(path, actor=actor)
    assert not row.faults
    assert (row.values["legal_entity"], row.values["is_on"]) == (firm.entity, True)
    assert (row.values["most_request"], row.values["most_year"]) == (D(100), D(150))


def test_a_copy_and_a_draft_do_not_count(firm):
    limit(firm)
    request = low(firm, "100")
    with unit_of_work():
        services.copy_request(request, actor=firm.actor("requester"))
    draft(firm, worth(firm, "100"), **LOW)
    assert low(firm, "50").number
