"""The pages of imports and the export of lists."""

import csv
import io

import openpyxl
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import path

from srm.audit.models import AuditEvent
from srm.exchange import exports, services
from srm.exchange.columns import Col
from srm.exchange.models import Export, ImportRun
from srm.exchange.sheets import Sheet
from srm.jobs import services as jobs
from srm.jobs.models import Job
from srm.jobs.tables import JobFilter, JobTable
from srm.jobs.views import JobList
from srm.people.models import CostCenter, Department, LegalEntity
from srm.urls import urlpatterns as plain_urlpatterns
from tests.exchange.conftest import person
from tests.exchange.test_importer import HEADINGS, line, sheet_of


class JobSheet(Sheet):
    model = Job
    columns = [
        Col("title"),
        Col("state", kind="choice"),
        Col("who", "Who", source="user.name"),
        Col("created_at", kind="moment"),
    ]


class ExportedJobs(JobList):
    """The list of jobs with an export, at an address of the tests."""

    name = "exported"
    sheet = JobSheet
    table = JobTable
    filterset = JobFilter
    room = "exchange"


urlpatterns = [*plain_urlpatterns, path("test-jobs/", ExportedJobs.as_view(), name="test-jobs")]


@pytest.fixture
def room(db) -> Department:
    firm = LegalEntity.objects.create(code="EU", name_en="Europe")
    return Department.objects.create(code="IT", name_en="IT", path="/IT/", legal_entity=firm)


def upload(client: Client, file: SimpleUploadedFile, kind: str = "test-history"):
    return client.post("/exchange/new/", {"kind": kind, "file": file})


def columns_of(run: ImportRun, **changes: str) -> dict[str, object]:
    """What the mapping page sends when nothing is changed."""
    plan = run.mapping
    data: dict[str, object] = {f"column-{name}": str(at) for name, at in plan["columns"].items()}
    data |= {f"was-{name}": str(at) for name, at in plan["columns"].items()}
    data |= {f"blank-{name}": words for name, words in plan["blanks"].items()}
    return {**data, "version": str(run.version), **changes}


def finish(run: ImportRun) -> ImportRun:
    run.refresh_from_db()
    jobs.run_now(run.job)
    run.refresh_from_db()
    return run


# ------------------------------------------------------------------------------------------------ imports


def test_the_whole_way_through_the_pages(buyer, client_for, room) -> None:
    client = client_for(buyer)
    page = client.get("/exchange/new/").content.decode()
    assert "Purchasing history" in page
    assert "/exchange/templates/test-history/" in page
    answer = upload(client, sheet_of(line(1), line(2, Quantity="x"), line(3, Via="From RDC")))
    run = ImportRun.objects.unscoped("test").get()
    assert answer["Location"] == f"/exchange/{run.public_id}/columns/"
    page = client.get(answer["Location"]).content.decode()
    assert '<option value="2" selected>Vendor</option>' in page
    rules = {"rule-0-column": "9", "rule-0-value": "From RDC", "rule-0-then": "transfer", "save_as": "Old system"}
    answer = client.post(answer["Location"], columns_of(run, **rules))
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "job-progress" in page
    run = finish(run)
    page = client.get(answer["Location"]).content.decode()
    assert "Import 2 lines" in page
    assert "is not a number" in page
    assert "Transfer from our own warehouse" in page
    assert "Old system" in client.get(f"/exchange/{run.public_id}/columns/").content.decode()
    assert "2 lines are imported" in client.get(f"/exchange/{run.public_id}/apply/").content.decode()
    assert client.post(f"/exchange/{run.public_id}/apply/").status_code == 302
    run = finish(run)
    assert run.state == "applied"
    page = client.get(f"/exchange/{run.public_id}/").content.decode()
    assert "Suppliers" in page
    assert CostCenter.objects.count() == 1
    assert "history.csv" in client.get("/exchange/").content.decode()


def test_a_file_that_cannot_be_read_is_refused_on_the_form(buyer, client_for) -> None:
    client = client_for(buyer)
    answer = upload(client, SimpleUploadedFile("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600))
    assert answer.status_code == 422
    assert "old or binary Excel file" in answer.content.decode()
    answer = upload(client, SimpleUploadedFile("a.csv", b"a,b\n" * (7 << 20)))
    assert answer.status_code == 413
    assert upload(client, sheet_of(line(1)), kind="no-such").status_code == 422
    assert not ImportRun.objects.unscoped("test").exists()


def test_required_columns_without_a_source_are_marked(buyer, client_for) -> None:
    client = client_for(buyer)
    upload(client, sheet_of(line(1)))
    run = ImportRun.objects.unscoped("test").get()
    answer = client.post(f"/exchange/{run.public_id}/columns/", columns_of(run, **{"column-currency": ""}))
    assert answer.status_code == 422
    assert "Say which column holds this" in answer.content.decode()
    answer = client.post(
        f"/exchange/{run.public_id}/columns/", columns_of(run, **{"column-currency": "", "constant-currency": "USD"})
    )
    assert answer.status_code == 302
    assert finish(run).mapping["constants"] == {"currency": "USD"}


def test_choosing_another_column_redraws_the_mapping_without_keeping_it(buyer, client_for) -> None:
    client = client_for(buyer)
    upload(client, sheet_of(*(line(n, Due="n/a" if n < 5 else "12.05.2026") for n in range(9))))
    run = ImportRun.objects.unscoped("test").get()
    data = columns_of(run, refresh="1", **{"column-ordered_on": "4"})
    answer = client.post(f"/exchange/{run.public_id}/columns/", data, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in page
    assert 'name="blank-ordered_on" value="n/a" checked' in page
    run.refresh_from_db()
    assert "ordered_on" not in run.mapping["columns"]


def test_another_sheet_and_another_heading_can_be_chosen(buyer, client_for) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Nothing here"])
    second = book.create_sheet("Data")
    for row in (["Item", "of", "2026"], HEADINGS, line(1)):
        second.append(row)
    stream = io.BytesIO()
    book.save(stream)
    client = client_for(buyer)
    upload(client, SimpleUploadedFile("a.xlsx", stream.getvalue()))
    run = ImportRun.objects.unscoped("test").get()
    assert run.info["sheet"] == "Sheet"
    address = f"/exchange/{run.public_id}/columns/"
    assert client.post(address, {"look": "1", "sheet": "Data", "heading": ""}).status_code == 302
    run.refresh_from_db()
    assert (run.info["sheet"], run.mapping["heading"], run.info["titles"]) == ("Data", 1, HEADINGS)
    client.post(address, {"look": "1", "sheet": "Data", "heading": "1"})
    run.refresh_from_db()
    assert (run.mapping["heading"], run.info["titles"]) == (0, ["Item", "of", "2026"])
    assert 'value="1"' in client.get(address).content.decode()


def test_nonsense_in_the_mapping_is_dropped(buyer, client_for) -> None:
    client = client_for(buyer)
    upload(client, sheet_of(line(1)))
    run = ImportRun.objects.unscoped("test").get()
    nonsense = {
        "column-item": "999", "constant-item": "x" * 500, "mark-value": "e", "order-due": "ymd", "rule-0-column": "-1",
        "rule-0-value": "a", "rule-0-then": "transfer", "rule-1-column": "0", "rule-1-value": "a", "rule-1-then": "delete",
        "column-nothing": "1", "rule-9-column": "0",
    }  # fmt: skip
    assert client.post(f"/exchange/{run.public_id}/columns/", columns_of(run, **nonsense)).status_code == 302
    run.refresh_from_db()
    assert run.mapping["treats"] == []
    assert run.mapping["constants"] == {"item": "x" * 200}
    assert "e" not in run.mapping["marks"].values()
    assert "nothing" not in run.mapping["columns"]


def test_pages_of_a_foreign_import_answer_like_those_of_none(buyer, rival, client_for) -> None:
    upload(client_for(buyer), sheet_of(line(1)))
    run = ImportRun.objects.unscoped("test").get()
    client = client_for(rival)
    for page in ("", "columns/", "apply/", "cancel/", "faults/"):
        for public_id in (run.public_id, "AAAAAAAAAAAAAAAAAAAAAA"):
            assert client.get(f"/exchange/{public_id}/{page}").status_code == 404
            assert client.post(f"/exchange/{public_id}/{page}").status_code in (404, 405)
    assert run.file_name not in client.get("/exchange/").content.decode()


def test_without_the_right_of_the_kind_the_pages_are_closed(buyer, client_for) -> None:
    upload(client_for(buyer), sheet_of(line(1)))
    run = ImportRun.objects.unscoped("test").get()
    weak = person("weak", "administrator")
    run.user = weak
    run.save()
    client = client_for(weak)
    assert client.get(f"/exchange/{run.public_id}/columns/").status_code == 403
    assert client.get("/exchange/templates/test-history/").status_code == 403
    assert upload(client, sheet_of(line(1))).status_code == 422
    assert client_for(person("none")).get("/exchange/").status_code == 403


def test_the_template_of_a_kind_can_be_fetched(buyer, client_for) -> None:
    answer = client_for(buyer).get("/exchange/templates/test-history/")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert [cell.value for cell in book.worksheets[0][1]][:3] == ["Line id *", "Order number *", "Supplier *"]
    assert answer["Content-Disposition"] == 'attachment; filename="test-history.xlsx"'


def test_rejected_lines_can_be_fetched_as_a_file(buyer, client_for) -> None:
    client = client_for(buyer)
    upload(client, sheet_of(line(1), line(2, Quantity="x")))
    run = ImportRun.objects.unscoped("test").get()
    client.post(f"/exchange/{run.public_id}/columns/", columns_of(run))
    finish(run)
    answer = client.get(f"/exchange/{run.public_id}/faults/")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert book.worksheets[0].max_row == 2
    assert HEADINGS[0] in [cell.value for cell in book.worksheets[0][1]]


def test_the_same_file_twice_is_pointed_out(buyer, client_for, room) -> None:
    client = client_for(buyer)
    for _time in range(2):
        upload(client, sheet_of(line(1)))
        run = ImportRun.objects.unscoped("test").order_by("-id").first()
        client.post(f"/exchange/{run.public_id}/columns/", columns_of(run))
        finish(run)
        page = client.get(f"/exchange/{run.public_id}/").content.decode()
        if _time == 0:
            assert "has been imported already" not in page
            client.post(f"/exchange/{run.public_id}/apply/")
            finish(run)
    assert "has been imported already" in page


def test_giving_up_asks_first(buyer, client_for) -> None:
    client = client_for(buyer)
    upload(client, sheet_of(line(1)))
    run = ImportRun.objects.unscoped("test").get()
    assert "Give up" in client.get(f"/exchange/{run.public_id}/cancel/").content.decode()
    client.post(f"/exchange/{run.public_id}/cancel/")
    run.refresh_from_db()
    assert run.state == "cancelled"


@pytest.mark.parametrize("language", ["ru", "bg"])
def test_the_pages_open_in_every_language(db, client_for, language: str) -> None:
    client = client_for(person(f"user-{language}", "buyer", language=language))
    upload(client, sheet_of(line(1), line(2, Quantity="x")))
    run = ImportRun.objects.unscoped("test").get()
    client.post(f"/exchange/{run.public_id}/columns/", columns_of(run))
    finish(run)
    for page in ("/exchange/", "/exchange/new/", f"/exchange/{run.public_id}/", f"/exchange/{run.public_id}/columns/"):
        assert client.get(page).status_code == 200


# ------------------------------------------------------------------------------------------------ exports


@pytest.fixture
def exported_jobs(settings, buyer, rival) -> None:
    settings.ROOT_URLCONF = "tests.exchange.test_pages"
    for user in (buyer, rival):
        for number in range(3):
            Job.objects.unscoped("test").create(
                kind="test", title=f"=cmd|{user.name} {number}", user=user, state="done" if number else "failed"
            )


def fetched(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_list_is_exported_as_its_reader_sees_it(exported_jobs, buyer, client_for) -> None:
    answer = client_for(buyer).get("/test-jobs/?export=xlsx&state=done")
    assert answer["Content-Type"] == exports.TYPES["xlsx"]
    book = openpyxl.load_workbook(io.BytesIO(fetched(answer)))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert rows[0][:3] == ("Title", "State", "Who")
    assert [row[0] for row in rows[1:]] == ["=cmd|Buyer 2", "=cmd|Buyer 1"]
    assert {row[1] for row in rows[1:]} == {"Done"}
    facts = dict(book["About"].iter_rows(values_only=True))
    assert facts["Exported by"] == "Buyer"
    assert facts["Filter"] == "state=done"


def test_an_export_is_noted_with_who_what_and_how_many(exported_jobs, buyer, client_for) -> None:
    content = fetched(client_for(buyer).get("/test-jobs/?export=csv&state=done"))
    made = Export.objects.unscoped("test").get()
    assert (made.user, made.row_count, made.query, made.format, made.size) == (
        buyer,
        2,
        "state=done",
        "csv",
        len(content),
    )
    event = AuditEvent.objects.get(verb="exported")
    assert event.actor_name == "Buyer"
    assert event.changes["rows"] == [None, 2]
    assert made.title in client_for(buyer).get("/exchange/exports/").content.decode()


def test_csv_follows_the_spreadsheets_of_the_readers_country(exported_jobs, buyer, client_for) -> None:
    content = fetched(client_for(buyer).get("/test-jobs/?export=csv")).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content)))
    assert [row[0] for row in rows[1:]] == ["'=cmd|Buyer 2", "'=cmd|Buyer 1", "'=cmd|Buyer 0"]
    buyer.language = "bg"
    buyer.save()
    client = client_for(buyer)
    assert '";"' in fetched(client.get("/test-jobs/?export=csv", headers={"Accept-Language": "bg"})).decode("utf-8-sig")


def test_exporting_is_a_right_of_its_own(exported_jobs, client_for) -> None:
    client = client_for(person("requester", "requester"))
    assert client.get("/test-jobs/").status_code == 200
    assert "export=xlsx" not in client.get("/test-jobs/").content.decode()
    assert client.get("/test-jobs/?export=xlsx").status_code == 403
    assert not Export.objects.unscoped("test").exists()


def test_an_unknown_format_is_refused(exported_jobs, buyer, client_for) -> None:
    assert client_for(buyer).get("/test-jobs/?export=exe").status_code == 422


def test_a_long_list_is_written_by_a_job(exported_jobs, buyer, rival, client_for, monkeypatch) -> None:
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    client = client_for(buyer)
    answer = client.get("/test-jobs/?export=xlsx&state=done&state=failed&sort=created")
    job = Job.objects.unscoped("test").get(kind="exchange.export")
    assert answer["Location"] == f"/jobs/{job.public_id}/"
    job = jobs.run_now(job)
    assert job.state == "done", job.error
    file = client.get(job.result["url"])
    book = openpyxl.load_workbook(io.BytesIO(fetched(file)))
    assert [row[0] for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)] == [
        "=cmd|Buyer 0", "=cmd|Buyer 1", "=cmd|Buyer 2", job.title,
    ][:3]  # fmt: skip
    assert Export.objects.unscoped("test").get().row_count == 3
    assert client_for(rival).get(job.result["url"]).status_code == 404
    made = Export.objects.unscoped("test").get()
    default_storage.delete(made.storage_name)
    Export.objects.unscoped("test").update(storage_name="")
    assert client.get(job.result["url"]).status_code == 409


def test_a_job_cannot_export_what_its_page_would_not_show(exported_jobs, buyer, client_for, monkeypatch) -> None:
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    client_for(buyer).get("/test-jobs/?export=xlsx")
    job = Job.objects.unscoped("test").get(kind="exchange.export")
    buyer.grants.all().delete()
    assert jobs.run_now(job).state == "failed"
    for wrong in ("/exchange/new/", "/no/such/", "/jobs/"):
        with pytest.raises(Exception):  # noqa: B017
            exports.page_at(wrong, "", services.jobs.actor_of(job))
    assert not Export.objects.unscoped("test").exists()
