"""Schedules as files, on pages and over the API."""

import io
import json
from decimal import Decimal

import pytest
from django.urls import reverse
from openpyxl import Workbook

from procurement.requests.schedule.exchange import KIND
from procurement.requests.schedule.models import ScheduledNeed
from srm.core.errors import InvalidInput
from srm.exchange import services as exchange
from srm.exchange.importer import kind_named
from srm.exchange.mapping import Plan
from srm.exchange.models import ImportRun
from srm.flow.uow import unit_of_work
from srm.jobs import services as jobs
from tests.requests.conftest import in_days
from tests.requests.test_schedule import asked, needs, requests, row, send, take

pytestmark = pytest.mark.django_db
MOST_QUERIES = 25
LIST = reverse("requests:scheduledneed-list")
TAKE = "/api/v1/production-schedule/take/"


def table(*rows) -> bytes:
    book, stream = Workbook(), io.BytesIO()
    book.active.append(
        ["Production order", "Article", "Quantity", "Unit", "Needed by", "Delivery place", "Cost centre", "Source"]
    )
    for one in rows:
        book.active.append(list(one))
    book.save(stream)
    return stream.getvalue()


def line(firm, reference="PO-17", article="10443", quantity=100, unit="pc", days=20, place="PDV", center=None):
    return reference, article, quantity, unit, in_days(days), place, center or firm.cc_assembly.code, "ERP"


def upload(firm, content: bytes, by="buyer") -> ImportRun:
    stream = io.BytesIO(content)
    stream.name = "may.xlsx"
    kind, actor = kind_named(KIND), firm.actor(by)
    received = exchange.receive(stream, kind)
    with unit_of_work():
        run = exchange.begin(received, kind, actor=actor)
    with unit_of_work():
        run = exchange.choose_mapping(run, Plan.from_json(run.mapping), actor=actor)
    jobs.run_now(run.job)
    run.refresh_from_db()
    return run


def apply(firm, run: ImportRun, by="buyer") -> ImportRun:
    with unit_of_work():
        run = exchange.request_apply(run, actor=firm.actor(by))
    jobs.run_now(run.job)
    run.refresh_from_db()
    return run


def test_a_file_says_first_what_it_would_do_and_does_it_once(firm):
    content = table(
        line(firm), line(firm, days=50, quantity=60), line(firm, "PO-18", "30007", unit=None, center=firm.cc_service.code, place=None),
        line(firm, "PO-19", "no such"), line(firm, "PO-20", quantity="many"),
    )  # fmt: skip
    run = upload(firm, content)
    assert (run.good, run.rejected, run.totals, asked()) == (3, 2, {"New": "3"}, [])
    run = apply(firm, run)
    assert (run.state, run.imported, run.rejected, run.result) == ("applied", 3, 2, {"New": 3}), run.error
    assert [one.line_count for one in requests()] == [2, 1]
    before = asked()
    again = upload(firm, content)
    assert again.totals == {"Unchanged": "3"}
    again = apply(firm, again)
    assert (again.result, asked()) == ({"Unchanged": 3}, before)


def test_a_changed_file_changes_what_changed_and_lists_what_is_gone(firm):
    apply(firm, upload(firm, table(line(firm), line(firm, days=50), line(firm, "PO-18"))))
    run = upload(firm, table(line(firm, quantity=120), line(firm, days=50)))
    assert run.totals == {"More than before": "1", "Unchanged": "1", "not named any more": "1"}
    run = apply(firm, run)
    assert run.result == {"More than before": 1, "Unchanged": 1, "not named any more": 1}
    assert sorted(quantity for quantity, _state, _place in asked()) == [100, 100, 120]
    assert ("PO-18", 100, True) in needs()


def test_a_line_with_a_fault_is_named_all_the_same(firm):
    apply(firm, upload(firm, table(line(firm), line(firm, "PO-18"))))
    run = upload(firm, table(line(firm), line(firm, "PO-18", quantity="many")))
    assert (run.rejected, run.totals) == (1, {"Unchanged": "1"})
    assert apply(firm, run).result == {"Unchanged": 1}
    assert not any(gone for *_rest, gone in needs())


def test_what_cannot_be_changed_is_rejected_with_the_reason_when_it_is_applied(firm):
    apply(firm, upload(firm, table(line(firm))))
    send(firm, requests()[0])
    run = apply(firm, upload(firm, table(line(firm, quantity=50)), by="buyer2"), by="buyer2")
    assert (run.imported, run.rejected) == (0, 1)
    assert "Only Maria Koleva" in run.rows_of().get().reason


def test_a_file_that_is_no_schedule_is_refused(firm):
    with pytest.raises(InvalidInput):
        upload(firm, b"\x00\x01 not a table")


# ------------------------------------------------------------------------------------------------ pages, API


def test_the_pages_show_the_schedule_and_what_asks_for_it(firm, client_of, django_assert_max_num_queries):
    take(firm, row(firm, 1), row(firm, 2, item=firm.nut))
    take(firm, row(firm, 1), whole=True)
    client = client_of("buyer")
    with django_assert_max_num_queries(MOST_QUERIES):
        page = client.get(LIST).content.decode()
    assert all(words in page for words in ("PO-17", "not named any more", "Upload a schedule"))
    assert firm.bolt.article not in client.get(LIST, {"is_gone": "1"}).content.decode()
    need = ScheduledNeed.objects.unscoped("test").get(is_gone=True)
    address = reverse("requests:scheduledneed-detail", args=[need.public_id])
    with django_assert_max_num_queries(MOST_QUERIES):
        page = client.get(address).content.decode()
    assert all(
        words in page for words in ("Production schedule: ERP", "does not name it any more", "Not needed any more")
    )
    away = reverse("requests:scheduledneed-withdraw", args=[need.public_id])
    assert client.post(away, {"reason": "x"}).status_code == 422
    assert client.post(away, {"reason": "the order was cancelled"}).status_code == 302
    assert "Not needed any more" not in client.get(address).content.decode()
    assert client.get(away).status_code == 409
    assert client_of("auditor").get(LIST).status_code == 200
    assert client_of("requester").get(LIST).status_code == 403
    history = client.get(requests()[0] and reverse("requests:purchaserequest-detail", args=[requests()[0].public_id]))
    assert "raised it from a production schedule" in history.content.decode()


def test_the_list_goes_out_as_a_file_that_changes_nothing(firm, client_of):
    take(firm, row(firm, 1), row(firm, 2, item=firm.nut, days=33))
    answer = client_of("buyer").get(LIST, {"export": "xlsx"})
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    run = upload(firm, content)
    assert (run.good, run.rejected, run.totals) == (2, 0, {"Unchanged": "2"}), list(run.rows_of().values("faults"))


def call(client, address, body):
    answer = client.post(address, json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json()


def body(firm, **more):
    return {"source": "ERP", "rows": [
        {"reference": "PO-17", "item": firm.bolt.public_id, "quantity": "100", "need_by": str(in_days(20)),
         "cost_center": firm.cc_assembly.public_id}], **more}  # fmt: skip


def test_a_program_looks_first_then_takes_in_then_withdraws(firm, client_of):
    client = client_of("buyer")
    status, answer = call(client, TAKE, body(firm, dry_run=True))
    assert (status, answer["rows"][0]["outcome"], needs()) == (200, "new", []), answer
    status, answer = call(client, TAKE, body(firm))
    assert (status, answer["rows"][0]["request"]) == (200, requests()[0].public_id)
    status, answer = call(client, TAKE, body(firm, whole=True))
    assert (status, answer["rows"][0]["outcome"], answer["gone"]) == (200, "unchanged", [])
    found = client.get("/api/v1/production-schedule/").json()["results"][0]
    assert (found["reference"], found["quantity"]) == ("PO-17", "100")
    status, answer = call(client, f"/api/v1/production-schedule/{found['id']}/withdraw/", {"reason": "cancelled"})
    assert (status, Decimal(answer["quantity"])) == (200, 0)
    assert asked() == [(100, "cancelled", "PDV")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"rows": []}, {"rows": "all"}, {"rows": [{}]}, {"rows": [{"reference": "x", "item": "nothing"}]}, {"colour": "red"},
        {"source": "x" * 41},
    ],
)  # fmt: skip
def test_wrong_bodies_are_refused(firm, client_of, wrong):
    status, _answer = call(client_of("buyer"), TAKE, body(firm) | wrong)
    assert (status, needs()) == (422, [])


def test_others_are_kept_out_of_the_api(firm, client_of):
    take(firm, row(firm))
    need = ScheduledNeed.objects.unscoped("test").get()
    for persona in ("requester", "storekeeper"):
        assert call(client_of(persona), TAKE, body(firm))[0] == 403
        assert client_of(persona).get("/api/v1/production-schedule/").status_code == 403
    status, _answer = call(
        client_of("auditor"), f"/api/v1/production-schedule/{need.public_id}/withdraw/", {"reason": "mine"}
    )
    assert status == 403
    status, _answer = call(client_of("buyer"), "/api/v1/production-schedule/nothing/withdraw/", {"reason": "mine"})
    assert status == 404
    assert asked() == [(100, "draft", "PDV")]
