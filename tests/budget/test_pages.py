"""Pages and API of budgets, as people and programs use them."""

import datetime as dt
from decimal import Decimal

import pytest

from srm.budget import services
from srm.budget.accounts import Account
from srm.budget.exchange import BudgetSheet
from srm.budget.models import BudgetLine
from srm.core import clock
from srm.core.actor import SYSTEM
from srm.core.errors import DomainError, InvalidInput
from srm.exchange.importer import kind_named
from srm.flow.uow import unit_of_work
from srm.ui.links import url_of
from tests.budget.conftest import DAY, YEAR, read
from tests.rest.helpers import api

MOST_QUERIES = 25
D = Decimal


def shown(answer):
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


@pytest.fixture
def used(firm, budget):
    """The assembly's budget of 18 400, of which some is reserved, ordered and spent; another's beside it."""
    line = budget(18400)
    budget(500, category=firm.fasteners)
    with unit_of_work():
        for n in range(40):
            where = {"account": Account(firm.cc_assembly, firm.tools, DAY), "document": firm.warehouse}
            services.reserve(actor=SYSTEM, amount=D(100), request_line_id=f"R{n}", **where)
        services.commit(actor=SYSTEM, request_line_id="R1", amount=D(90), **where)
        services.spend(actor=SYSTEM, request_line_id="R1", amount=D(40), **where)
    return read(line)


@pytest.fixture
def foreign(firm, budget):
    """A budget of a cost centre that is not the owner's."""
    firm.cc_service.owner = None
    firm.cc_service.save()
    return budget(77, cost_center=firm.cc_service)


@pytest.mark.parametrize("path", ["/budget/", "/budget/?q=assembly&short=on", "/budget/entries/", "/budget/new/"])
def test_pages_open_with_few_queries(path, used, client_of, django_assert_max_num_queries):
    client = client_of("accountant")
    client.get(path)
    with django_assert_max_num_queries(MOST_QUERIES):
        shown(client.get(path))


def test_a_budget_opens_with_few_queries(used, client_of, django_assert_max_num_queries):
    client = client_of("budget_owner")
    for path in (url_of(used), f"{url_of(used)}?tab=entries", url_of(used, "edit")):
        client.get(path)
        with django_assert_max_num_queries(MOST_QUERIES):
            shown(client.get(path))


def test_the_burn_says_what_is_spent_ordered_reserved_and_left(used, client_of):
    text = shown(client_of("budget_owner").get(url_of(used)))
    for words in ("18,400.00", "40.00", "50.00", "3,910.00", "14,400.00", "data-chart"):
        assert words in text, words


def test_entries_lead_to_the_documents_behind_them(used, firm, client_of):
    text = shown(client_of("accountant").get("/budget/entries/", {"line": used.public_id, "bucket": "spent"}))
    assert url_of(firm.warehouse) in text
    assert "40.00" in text


def test_the_list_finds_what_is_short_and_what_is_exceeded(used, budget, firm, client_of):
    tight, over = budget(10, year=YEAR + 1), budget(10, year=YEAR + 2)
    BudgetLine.objects.unscoped("test").filter(pk=tight.pk).update(reserved=9)
    BudgetLine.objects.unscoped("test").filter(pk=over.pk).update(spent=11)
    client = client_of("accountant")

    def years(**query):
        return {row.id for row in client.get("/budget/", query).context["table"].rows}

    assert years(short="on") == {tight.public_id, over.public_id}
    assert years(over="on") == {over.public_id}
    assert years(year=YEAR + 2) == {over.public_id}
    assert years(category=firm.fasteners.public_id) == {
        BudgetLine.objects.unscoped("test").get(category=firm.fasteners).public_id
    }
    assert len(years()) == 4


def test_an_empty_list_says_what_budgets_are_for(firm, client_of):
    assert "No budgets yet." in shown(client_of("budget_owner").get("/budget/"))
    assert "Nothing is booked yet." in shown(client_of("accountant").get("/budget/entries/"))


def test_finance_sets_a_budget_and_raises_it(firm, client_of):
    client = client_of("accountant")
    data = {"cost_center": firm.cc_assembly.public_id, "year": "2077", "amount": "12 500,50", "period": "year"}
    assert client.post("/budget/new/", data).status_code == 302
    line = BudgetLine.objects.unscoped("test").get(year=2077)
    assert (line.amount, line.currency) == (D("12500.50"), "EUR")
    again = client.post("/budget/new/", data)
    assert again.status_code == 422
    assert "already has a budget" in again.content.decode()
    data |= {"amount": "20000", "period": "q1", "version": line.version}
    assert client.post(url_of(line, "edit"), data).status_code == 302
    assert (read(line).amount, read(line).span) == (20000, "1st quarter 2077")


def test_an_owner_sets_his_own_and_not_those_of_others(firm, foreign, client_of):
    client = client_of("budget_owner")
    data = {"cost_center": firm.cc_service.public_id, "year": "2077", "amount": "5", "period": "m05"}
    refused = client.post("/budget/new/", data)
    assert refused.status_code == 403
    assert client.get(url_of(foreign)).status_code == 404
    assert client.post(url_of(foreign, "edit"), {**data, "version": 1}).status_code == 404
    assert client.post("/budget/new/", {**data, "cost_center": firm.cc_assembly.public_id}).status_code == 302
    assert set(BudgetLine.objects.unscoped("test").values_list("amount", flat=True)) == {D(77), D(5)}


def test_a_budget_is_seen_by_those_it_concerns(used, foreign, client_of):
    for name in ("buyer", "auditor", "accountant", "head"):
        assert "77" in shown(client_of(name).get(url_of(foreign)))
        assert url_of(used, "edit") not in shown(client_of("auditor").get(url_of(used)))
    for name in ("requester", "storekeeper", "alfa_admin"):
        for path in ("/budget/", "/budget/entries/", url_of(used), "/budget/new/", "/lookup/budgets/"):
            assert client_of(name).get(path).status_code in (403, 404), (name, path)
    entries = shown(client_of("budget_owner").get("/budget/entries/"))
    assert "CC-assembly" in entries


def test_a_picker_of_budgets_offers_only_what_its_reader_sees(used, foreign, client_of):
    options = client_of("budget_owner").get("/lookup/budgets/", {"q": "2026"}).json()["options"]
    assert used.public_id in {option["value"] for option in options}
    assert foreign.public_id not in {option["value"] for option in options}
    assert client_of("budget_owner").get("/lookup/budgets/", {"q": "service"}).json()["options"] == []


# -- API ---------------------------------------------------------------------


def test_programs_read_budgets_and_entries(used, foreign, firm):
    reader = api(firm.users.accountant)
    found = reader.get("/api/v1/budgets/", {"cost_center": firm.cc_assembly.public_id, "sort": "-spent"}).json()[
        "results"
    ]
    assert (found[0]["amount"], found[0]["spent"], found[0]["left"]) == ("18400.00", "40.00", "14400.00")
    entries = reader.get("/api/v1/budget-entries/", {"line": used.public_id, "bucket": "committed"}).json()["results"]
    assert [entry["amount"] for entry in entries] == ["-40.00", "90.00"]
    mine = api(firm.users.budget_owner).get("/api/v1/budgets/").json()["results"]
    assert foreign.public_id not in {line["id"] for line in mine}
    assert api(firm.users.budget_owner).get(f"/api/v1/budgets/{foreign.public_id}/").status_code == 404
    assert api(firm.users.requester).get("/api/v1/budgets/").status_code == 403


def test_programs_set_budgets_as_people_do(used, foreign, firm):
    writer = api(firm.users.accountant)
    data = {"cost_center": firm.cc_assembly.public_id, "year": 2078, "period": "q2", "amount": "1200.50"}
    made = writer.post("/api/v1/budgets/", data)
    assert made.status_code == 201, made.content
    assert (made.json()["amount"], made.json()["policy"]) == ("1200.50", "stop")
    assert writer.post("/api/v1/budgets/", data).status_code == 422
    where = f"/api/v1/budgets/{made.json()['id']}/"
    assert writer.patch(where, {"amount": "7", "version": 1}).json()["amount"] == "7.00"
    assert api(firm.users.requester).post("/api/v1/budgets/", data).status_code == 403
    theirs = {**data, "cost_center": firm.cc_service.public_id}
    assert api(firm.users.budget_owner).post("/api/v1/budgets/", theirs).status_code == 403


# -- sheets ------------------------------------------------------------------


def test_budgets_go_out_as_a_sheet_and_come_back_equal(used, budget, firm, work, tmp_path):
    budget(70, period="m07")
    actor, kind = firm.actor("accountant"), kind_named("budgets")
    kind.require(actor)
    lines = BudgetLine.objects.visible_to(actor).order_by("pk")

    def stored():
        return list(lines.values_list("cost_center", "category", "year", "period", "amount", "reserved", "spent"))

    before, path = stored(), tmp_path / "budgets.xlsx"
    with path.open("wb") as stream:
        assert BudgetSheet.export_xlsx(lines, actor, stream) == len(before) == 3
    for line in list(lines):
        with work():
            services.update_line(line, actor=SYSTEM, amount=line.amount + 1)
    assert stored() != before
    rows = BudgetSheet.read(path, actor=actor)
    assert [row.faults for row in rows] == [[], [], []]
    with pytest.raises(InvalidInput, match="has begun"), work():
        kind.save(rows[0].values, actor=actor)
    with clock.set_to(dt.datetime(YEAR - 1, 12, 1, tzinfo=dt.UTC)), work():
        for row in rows:
            kind.save(row.values, actor=actor)
    assert stored() == before


def test_a_sheet_makes_new_budgets_and_keeps_out_of_foreign_ones(foreign, firm, work):
    kind = kind_named("budgets")
    row = {"cost_center": firm.cc_service, "category": firm.tools, "year": 2079, "period": None, "amount": D(5)}
    with work():
        kind.save(row, actor=firm.actor("accountant"))
    assert BudgetLine.objects.unscoped("test").get(year=2079).span == "2079"
    for mine in (row, {**row, "year": YEAR, "category": None}):
        with pytest.raises(DomainError), work():
            kind.save(mine, actor=firm.actor("budget_owner"))
    assert read(foreign).amount == 77
