"""Plans on pages, over the API and in sheets; who gets in."""

import datetime as dt
from decimal import Decimal

import pytest

from procurement.plans import selectors, services
from procurement.plans.exchange import PlanLineSheet
from procurement.plans.models import PlanLine, ProcurementPlan
from srm.core import clock
from srm.exchange.importer import kind_named
from tests.plans.conftest import draft, line, lines_of, moved, year
from tests.plans.test_plans import every, ordered
from tests.rest.helpers import api

D = Decimal
MOST_QUERIES = 25
PAGES = ("", "map/", "changes/")
WRITING = ("edit/", "propose/", "change/", "revise/")


def at(plan, page=""):
    return f"/plans/{plan.public_id}/{page}"


@pytest.fixture
def of_this_year(firm, work):
    """In force in this year: 100 and 250 of fasteners, 40 of tools; 120 of fasteners were ordered in February."""
    made = draft(
        firm, work, line(firm.fasteners, 1, "100"), line(firm.fasteners, 3, "250"), line(firm.tools, 3, "40"),
        year=clock.today().year,
    )  # fmt: skip
    made = moved(firm, work, made, "submit", "approve")
    ordered(firm, work, 120, 2)
    return made


def test_a_buyer_makes_fills_and_submits_a_plan(firm, work, client_of):
    ordered(firm, work, 500, 4)
    buyer = client_of("buyer")
    assert str(year()) in buyer.get("/plans/new/").content.decode()
    form = {"legal_entity": firm.entity.public_id, "year": str(year()), "note": "First look", "lines-TOTAL_FORMS": "0",
            "lines-INITIAL_FORMS": "0"}  # fmt: skip
    answer = buyer.post("/plans/new/", form)
    assert answer.status_code == 302, answer.content.decode()
    plan = every().get()
    assert buyer.post(at(plan, "propose/"), {"orders": "on"}).status_code == 302
    (only,) = lines_of(plan)
    edit = {
        "version": str(every().get().version), "note": "", "lines-TOTAL_FORMS": "2", "lines-INITIAL_FORMS": "1",
        "lines-0-id": only.public_id, "lines-0-category": firm.fasteners.public_id, "lines-0-month": "4", "lines-0-amount": "450",
        "lines-1-category": firm.tools.public_id, "lines-1-month": "7", "lines-1-amount": "20", "lines-1-buyer": firm.users.buyer.public_id,
    }  # fmt: skip
    answer = buyer.post(at(plan, "edit/"), edit)
    assert answer.status_code == 302, answer.content.decode()
    assert [(one.month, one.amount) for one in lines_of(plan)] == [(4, 450), (7, 20)]
    assert buyer.post(at(plan, "change/"), {"first": "1", "last": "12", "percent": "10"}).status_code == 302
    assert every().get().total == 517
    assert buyer.post(at(plan, "change/"), {"first": "1", "last": "12"}).status_code == 422
    assert buyer.post(at(plan, "moves/submit/"), {"version": str(every().get().version)}).status_code == 302
    assert buyer.get(at(plan, "edit/")).status_code == 409
    assert every().get().state == "submitted"


def test_the_map_shows_amounts_and_lines_of_plan_and_fact(firm, work, client_of, of_this_year):
    buyer = client_of("buyer")
    page = buyer.get(at(of_this_year, "map/")).content.decode()
    assert "q-heat-5" in page
    assert page.count("q-heat-2") == 1, "100 of 250"
    assert "390" in page
    assert "120" not in page
    assert "120" in buyer.get(at(of_this_year, "map/"), {"of": "fact"}).content.decode()
    lines = buyer.get(at(of_this_year, "map/"), {"show": "lines"}).content.decode()
    assert "390" not in lines
    officer = client_of("officer")
    assert officer.get(at(of_this_year, "map/")).status_code == 403
    approver = client_of("auditor").get(at(of_this_year, "map/"), {"of": "nonsense"})
    assert approver.status_code == 200


def test_plan_and_fact_stand_beside_each_other(firm, work, client_of, of_this_year):
    with clock.set_to(dt.datetime(clock.today().year, 4, 10, 9, tzinfo=dt.UTC)):
        rows = {
            category.code: row for category, row in selectors.standings(of_this_year, selectors.fact(of_this_year)[0])
        }
        late = [one.amount for one in selectors.late_lines(of_this_year, selectors.fact(of_this_year)[0])]
    assert (rows["FAST"].planned_so_far, rows["FAST"].ordered, rows["FAST"].difference) == (350, 120, -230)
    assert late == [250, 40], "120 cover January's 100, not March's 250"
    page = client_of("buyer").get(at(of_this_year), {"tab": "fact"}).content.decode()
    assert "Planned up to now" in page


def test_what_changed_is_read_between_any_two_versions(firm, work, client_of, approved):
    with work():
        second = services.revise(approved, actor=firm.actor("buyer"))
        services.change_many(second, actor=firm.actor("buyer"), category=firm.tools, percent=D(50))
    moved(firm, work, second, "submit", "approve")
    with work():
        third = services.revise(second, actor=firm.actor("buyer"))
    buyer = client_of("buyer")
    text = buyer.get(at(second, "changes/")).content.decode()
    assert "<del>40.00</del> → <b>60.00</b>" in text
    assert "Both versions say the same." in buyer.get(at(third, "changes/")).content.decode()
    assert "<del>40.00</del>" in buyer.get(at(third, "changes/"), {"from": approved.public_id}).content.decode()
    assert "first version" in buyer.get(at(approved, "changes/")).content.decode()
    other = draft(firm, work, line(firm.tools), year=2090)
    assert buyer.get(at(third, "changes/"), {"from": other.public_id}).status_code == 404
    rows = api(firm.users.buyer).get(f"/api/v1/procurement-plans/{second.public_id}/changes/").json()
    assert [(row["what"], row["fields"]) for row in rows] == [("changed", {"amount": ["40.00", "60.00"]})]


def test_pages_cost_few_queries(firm, work, client_of, of_this_year, django_assert_max_num_queries):
    buyer = client_of("buyer")
    for page in (*PAGES, "?tab=fact"):
        with django_assert_max_num_queries(MOST_QUERIES):
            assert buyer.get(at(of_this_year, page)).status_code == 200
    for address in ("/plans/", "/plans/lines/?current=on"):
        with django_assert_max_num_queries(MOST_QUERIES):
            assert buyer.get(address).status_code == 200
    long = draft(firm, work, *(line(firm.tools, month) for month in range(1, 13)), year=2090)
    with django_assert_max_num_queries(MOST_QUERIES):
        assert buyer.get(at(long, "edit/")).status_code == 200


def test_who_gets_in(firm, work, client_of, plan):
    for page in (*PAGES, *WRITING):
        assert client_of("alfa_admin").get(at(plan, page)).status_code == 404
        assert client_of("requester").get(at(plan, page)).status_code == 403
    for page in WRITING:
        assert client_of("auditor").get(at(plan, page)).status_code == 403
    assert client_of("auditor").get(at(plan)).status_code == 200
    assert api(firm.users.alfa_admin).get("/api/v1/procurement-plans/").status_code == 404
    assert api(firm.users.requester).get("/api/v1/plan-lines/").status_code == 403


def test_a_plan_of_another_legal_entity_does_not_exist(firm, work, plan):
    from dataclasses import replace

    stranger = replace(firm.actor("buyer"), legal_entities=frozenset({firm.entity.pk + 1}))
    assert not ProcurementPlan.objects.visible_to(stranger).exists()
    assert not PlanLine.objects.visible_to(stranger).exists()


def test_a_program_writes_proposes_and_reads(firm, work):
    ordered(firm, work, 500, 4)
    buyer = api(firm.users.buyer)
    body = {"legal_entity": firm.entity.public_id, "year": year(),
            "lines": [{"category": firm.tools.public_id, "month": 2, "amount": "30.50"}]}  # fmt: skip
    made = buyer.post("/api/v1/procurement-plans/", body)
    assert made.status_code == 201, made.text
    path = f"/api/v1/procurement-plans/{made.json()['id']}"
    assert buyer.post(f"{path}/propose/", {}).json()["total"] == "530.50"
    assert buyer.post(f"{path}/change/", {"category": firm.tools.public_id, "shift": 1}).status_code == 200
    lines = buyer.get("/api/v1/plan-lines/", {"plan": made.json()["id"]}).json()["results"]
    assert [(one["month"], one["amount"]) for one in lines] == [(3, "30.50"), (4, "500.00")]
    cells = buyer.get(f"{path}/map/").json()
    assert [(one["month"], one["planned"], one["ordered"]) for one in cells] == [
        (4, "500.00", "0.00"),
        (3, "30.50", "0.00"),
    ]
    assert buyer.post(f"{path}/revise/").status_code == 409
    assert api(firm.users.auditor).post(f"{path}/propose/", {}).status_code == 403
    wrong = buyer.post("/api/v1/procurement-plans/", {**body, "year": 2090, "lines": [{"month": 2}]})
    assert wrong.status_code == 422
    assert every().count() == 1


def test_lines_are_read_back_as_they_were_written(firm, work, tmp_path, plan):
    with work():
        services.save_line(
            plan, actor=firm.actor("buyer"),
            values=line(firm.fasteners, 9, "77.7", item=firm.bolt, quantity=D(12), buyer=firm.users.buyer, procedure="rfq",
                        department=firm.assembly, justification="A new machine"),
        )  # fmt: skip
    path = tmp_path / "plan.xlsx"
    with path.open("wb") as stream:
        PlanLineSheet.export_xlsx(PlanLine.objects.unscoped("test").order_by("pk"), firm.actor("buyer"), stream)
    fields = (
        "key",
        "month",
        "category",
        "item",
        "quantity",
        "unit",
        "amount",
        "procedure",
        "buyer",
        "department",
        "justification",
    )
    shown = lambda: list(PlanLine.objects.unscoped("test").order_by("pk").values_list(*fields))  # noqa: E731
    before = shown()
    with work():
        services.change_many(plan, actor=firm.actor("buyer"), percent=D(100), buyer=firm.users.buyer2)
    assert shown() != before
    for _twice in range(2):
        with work():
            parsed = PlanLineSheet.read(path, actor=firm.actor("buyer"))
            kind_named("plan-lines").apply_rows(parsed, run=None, actor=firm.actor("buyer"))
        assert not any(row.faults for row in parsed), [row.faults for row in parsed]
    after = shown()
    assert [row[:8] for row in after] == [row[:8] for row in before]
    assert every().get().total == D("467.70")


def test_a_sheet_adds_lines_and_names_what_is_wrong(firm, work, plan):
    head = ["Plan", "Line", "Category", "Month", "Budget"]
    key = plan.key
    rows = [[key, "", "TOOL", "5", "10"], [key, "nobody", "TOOL", "5", "10"], [key, "", "TOOL", "13", "10"],
            ["QD-1999", "", "TOOL", "5", "10"]]  # fmt: skip
    with work():
        parsed = PlanLineSheet.parse([head, *rows], actor=firm.actor("buyer"))
        kind_named("plan-lines").apply_rows(
            [row for row in parsed if not row.faults], run=None, actor=firm.actor("buyer")
        )
    assert [[fault.column for fault in row.faults] for row in parsed] == [[], ["id"], ["month"], ["plan"]]
    assert len(lines_of(plan)) == 4
    assert lines_of(plan)[-1].source == "sheet"
