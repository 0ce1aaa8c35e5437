"""Imports and the catalog exchange by HTTP alone, as another program does them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from procurement.orders.models import PurchaseOrder
from srm.audit.models import AuditEvent
from srm.catalog.models import Item
from srm.exchange.models import ImportRun
from srm.jobs import services as jobs
from srm.jobs.models import Job
from tests.history.conftest import csv
from tests.history.test_import import HEADING, row
from tests.rest.helpers import api

pytestmark = pytest.mark.django_db
WHY = "a test looks at everything"
IMPORTS = "/api/v1/imports/"
CATALOG = "/api/v1/catalog/commerceml/"


def send(caller, path, content, name="past.csv", key="", **values):
    """A file, as multipart/form-data."""
    headers = {"Idempotency-Key": key} if key else {}
    return caller.client.post(path, {"file": SimpleUploadedFile(name, content), **values}, headers=headers)


def work_off(caller, job):
    """What the worker does; how it ended is asked by HTTP."""
    jobs.run_now(Job.objects.unscoped(WHY).get(public_id=job))
    return caller.get(f"/api/v1/jobs/{job}/").json()


@pytest.fixture
def head(firm):
    return api(firm.users.head)


def uploaded(head, rows, **options):
    answer = send(head, f"{IMPORTS}upload/", csv(rows), kind="history", **options)
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_a_program_imports_the_past_from_upload_to_result(firm, head):
    kind = next(one for one in head.get(f"{IMPORTS}kinds/").json() if one["name"] == "history")
    assert {"name": "supplier", "heading": "Supplier", "kind": "text", "is_required": False} in kind["columns"]
    assert {"skip", "transfer"} <= set(kind["treatments"])
    assert "scms" in kind["mappings"]

    foreign = ["Ref", *HEADING[1:]]
    rows = [foreign, row(), row(**{"Line ID": "2", "Item": "Nut M8", "Quantity": "many"}), row(**{"Line ID": "3"})]
    run = uploaded(head, rows, key="past-1")
    assert uploaded(head, rows, key="past-1")["id"] == run["id"]
    assert ImportRun.objects.unscoped(WHY).count() == 1
    assert run["titles"] == foreign
    assert run["state"] == "uploaded"

    told = {
        "columns": {**run["mapping"]["columns"], "order_number": "Ref"}, "save_as": "old system",
        "treats": [{"title": "Line ID", "value": "3", "then": "skip"}],
    }  # fmt: skip
    address = f"{IMPORTS}{run['id']}/"
    assert head.post(f"{address}apply/").status_code == 409
    mapped = head.post(f"{address}mapping/", told, key="map-1")
    assert mapped.status_code == 200, mapped.content
    assert mapped.json()["state"] == "mapped"
    assert work_off(head, mapped.json()["job"])["state"] == "done"

    checked = head.get(address).json()
    assert (checked["total"], checked["good"], checked["rejected"], checked["skipped"]) == (3, 1, 1, 1)
    faulty = head.get(f"{address}rows/", {"outcome": "rejected"}).json()
    assert faulty["next"] is None
    assert [(one["line"], one["faults"][0]["column"]) for one in faulty["results"]] == [(3, "quantity")]
    assert "not a number" in faulty["results"][0]["faults"][0]["message"]
    assert len(head.get(f"{address}rows/", {"after": "2"}).json()["results"]) == 2

    applied = head.post(f"{address}apply/", key="apply-1").json()
    assert head.post(f"{address}apply/", key="apply-1").json()["job"] == applied["job"]
    assert work_off(head, applied["job"])["state"] == "done"
    done = head.get(address).json()
    assert (done["state"], done["imported"]) == ("applied", 1)
    assert PurchaseOrder.objects.unscoped(WHY).get(external_number="PO-1").net_total
    assert AuditEvent.objects.filter(verb="imported").exists()

    again = uploaded(head, [foreign, row(**{"Line ID": "9"})])
    named = head.post(f"{IMPORTS}{again['id']}/mapping/", {"mapping": "old system"}).json()
    assert named["mapping"]["columns"]["order_number"] == "Ref"
    assert head.post(f"{IMPORTS}{again['id']}/cancel/").json()["state"] == "cancelled"


@pytest.mark.parametrize(
    ("told", "field", "words"),
    [
        ({"columns": {"colour": "Item"}}, "columns", "no column"),
        ({"columns": {"item": "Colour"}}, "titles", "no heading"),
        ({"treats": [{"title": "Item", "value": "x", "then": "burn"}]}, "treats", "no treatment"),
        ({"mapping": "nobody's"}, "mapping", "no mapping of that name"),
        ({"columns": {"supplier": "Supplier"}}, "order_number", "Say which column"),
        ({"heading": 3}, "heading", "Unknown field"),
    ],
)
def test_a_wrong_mapping_is_named_and_nothing_moves(firm, head, told, field, words):
    run = uploaded(head, [HEADING, row()])
    answer = head.post(f"{IMPORTS}{run['id']}/mapping/", told)
    assert answer.status_code == 422
    assert words in answer.json()["errors"][field][0]
    assert head.get(f"{IMPORTS}{run['id']}/").json()["state"] == "uploaded"


def test_files_that_cannot_be_read_are_refused_with_the_reason(firm, head):
    assert send(head, f"{IMPORTS}upload/", b"\x89PNG\r\n", name="a.xlsx", kind="history").status_code in (413, 422)
    assert "kinds" in send(head, f"{IMPORTS}upload/", b"a;b", kind="salaries").json()["errors"]["kind"][0]
    answer = head.client.post(f"{IMPORTS}upload/", {"kind": "history"})
    assert answer.status_code == 422
    assert "file" in answer.json()["errors"]
    assert not ImportRun.objects.unscoped(WHY).exists()


def test_rights_are_those_of_the_pages(firm, head):
    run = uploaded(head, [HEADING, row()])
    assert api(firm.users.requester).get(IMPORTS).status_code == 403
    assert api(firm.users.alfa_admin).get(IMPORTS).status_code == 404
    administrator = api(firm.users.administrator)
    assert administrator.get(IMPORTS).json()["results"] == []
    for path in ("", "rows/"):
        assert administrator.get(f"{IMPORTS}{run['id']}/{path}").status_code == 404
    for path in ("mapping/", "apply/", "cancel/"):
        assert administrator.post(f"{IMPORTS}{run['id']}/{path}").status_code == 404
    refused = send(administrator, f"{IMPORTS}upload/", csv([HEADING, row()]), kind="history")
    assert (refused.status_code, ImportRun.objects.unscoped(WHY).count()) == (422, 1)
    assert head.get(f"{IMPORTS}{run['id']}/rows/", {"outcome": "lost", "after": "x"}).status_code == 400


def test_the_catalog_goes_out_and_comes_back_by_http(firm):
    buyer = api(firm.users.buyer)
    file = buyer.get(CATALOG, {"legal_entity": firm.entity.public_id})
    assert file["Content-Type"] == "application/xml"
    assert AuditEvent.objects.filter(verb="exported").count() == 1
    changed = file.content.decode().replace("Гайка M8 A2", "Гайка M8 A4")
    answer = send(buyer, f"{CATALOG}import/", changed.encode(), name="import.xml", key="catalog-1")
    assert answer.status_code == 202, answer.content
    again = send(buyer, f"{CATALOG}import/", changed.encode(), name="import.xml", key="catalog-1")
    assert again.json()["id"] == answer.json()["id"]
    other = send(buyer, f"{CATALOG}import/", file.content, name="import.xml", key="catalog-1")
    assert other.status_code == 422
    ended = work_off(buyer, answer.json()["id"])
    assert (ended["state"], ended["result"]["changed"], ended["result"]["faults"]) == ("done", 1, [])
    assert Item.objects.get(article="10451").name_ru == "Гайка M8 A4"


def test_the_catalog_exchange_keeps_its_rights_and_refuses_what_is_none(firm):
    assert api(firm.users.requester).get(CATALOG).status_code == 403
    assert send(api(firm.users.accountant), f"{CATALOG}import/", b"<x/>", name="x.xml").status_code == 403
    assert api(firm.users.alfa_admin).get(CATALOG).status_code == 404
    buyer = api(firm.users.buyer)
    assert send(buyer, f"{CATALOG}import/", b"no catalog", name="x.xml").status_code == 422
    assert buyer.get(CATALOG, {"legal_entity": "x" * 22}).status_code == 404
    assert not Job.objects.unscoped(WHY).exists()
