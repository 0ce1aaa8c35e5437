"""The pages: how a file leaves, who gets it, what is refused."""

import asyncio
import tempfile
import time
import tracemalloc
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from srm.files import rules, selectors, services
from srm.files.models import Attachment
from srm.files.uploads import MARK, limit_bodies, most_per_request
from srm.jobs.models import Job
from srm.people.actors import actor_for
from srm.ui.slots import unit_of_work
from tests.files.conftest import job_of
from tests.files.samples import HTML, PDF


@pytest.fixture
def found(job, actor) -> Attachment:
    with unit_of_work():
        return services.attach(job, SimpleUploadedFile('Чер"теж\u202e.pdf', PDF), actor=actor)


def url(attachment: Attachment) -> str:
    return f"/files/{attachment.public_id}/"


def send_url(job: Job) -> str:
    return f"/files/of/srm.job/{job.public_id}/"


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def test_a_file_leaves_as_a_download_that_nothing_runs(found, buyer, client_for) -> None:
    answer = client_for(buyer).get(url(found))
    assert answer.status_code == 200
    assert body(answer) == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert "\u202e" not in answer["Content-Disposition"]
    assert "\n" not in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "private, no-store"
    assert int(answer["Content-Length"]) == len(PDF)


def test_a_foreign_file_answers_like_one_that_does_not_exist(found, rival, client_for) -> None:
    client = client_for(rival)
    foreign, nothing = client.get(url(found)), client.get("/files/AAAAAAAAAAAAAAAAAAAAAA/")
    assert foreign.status_code == nothing.status_code == 404
    strip = lambda text: text.replace(found.public_id.encode(), b"").replace(b"AAAAAAAAAAAAAAAAAAAAAA", b"")  # noqa: E731
    assert len(strip(foreign.content)) == pytest.approx(len(strip(nothing.content)), abs=200)
    assert client.get(url(found), headers={"Range": "bytes=0-3"}).status_code == 404
    assert client.post(f"{url(found)}replace/", {"file": SimpleUploadedFile("a.pdf", PDF)}).status_code == 404
    assert client.post(f"{url(found)}remove/").status_code == 404
    assert client.get(f"{url(found)}versions/").status_code == 404
    assert Attachment.objects.unscoped("test").count() == 1


def test_a_right_that_is_gone_is_gone_for_the_file(found, buyer, job, rival, client_for) -> None:
    client = client_for(buyer)
    assert client.get(url(found)).status_code == 200
    Job.objects.unscoped("test").filter(pk=job.pk).update(user=rival)
    assert client.get(url(found)).status_code == 404


def test_without_a_log_in_the_way_leads_to_it(found) -> None:
    assert Client().get(url(found)).status_code == 302


def test_an_infected_file_cannot_be_fetched(found, buyer, client_for) -> None:
    Attachment.objects.unscoped("test").update(scan="infected")
    answer = client_for(buyer).get(url(found))
    assert answer.status_code == 409
    assert PDF not in answer.content


def test_files_are_sent_to_a_document(job, buyer, client_for) -> None:
    files = [SimpleUploadedFile("a.pdf", PDF), SimpleUploadedFile("b.pdf", PDF)]
    answer = client_for(buyer).post(send_url(job), {"file": files})
    assert answer.status_code == 302
    assert {one.name for one in selectors.files_of(job)} == {"a.pdf", "b.pdf"}


def test_of_several_files_all_are_taken_or_none(job, buyer, client_for) -> None:
    files = [SimpleUploadedFile("a.pdf", PDF), SimpleUploadedFile("b.html", HTML)]
    answer = client_for(buyer).post(send_url(job), {"file": files})
    assert answer.status_code == 422
    assert not selectors.files_of(job).exists()


def test_nothing_is_sent_to_a_foreign_document_or_a_wrong_kind(job, rival, client_for) -> None:
    client = client_for(rival)
    for address in (send_url(job), f"/files/of/srm.user/{rival.public_id}/", "/files/of/x/y/"):
        assert client.post(address, {"file": SimpleUploadedFile("a.pdf", PDF)}).status_code == 404
    assert client.post(send_url(job_of(rival)), {}).status_code == 422


def test_sending_needs_the_token_of_the_form(job, buyer, client_for) -> None:
    client = client_for(buyer, enforce_csrf_checks=True)
    assert client.post(send_url(job), {"file": SimpleUploadedFile("a.pdf", PDF)}).status_code == 403


def test_the_panel_shows_files_and_the_place_to_drop_them(found, job, buyer, rival, client_for) -> None:
    page = client_for(buyer).get(f"/jobs/{job.public_id}/?tab=files").content.decode()
    assert found.name.replace('"', "&quot;") in page
    assert send_url(job) in page
    answer = client_for(buyer).post(
        send_url(job), {"file": SimpleUploadedFile("b.pdf", PDF)}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 204
    assert answer["HX-Redirect"] == f"/jobs/{job.public_id}/?tab=files"


def test_the_panel_says_why_nothing_can_be_added(job, buyer, client_for) -> None:
    rules.attachable(Job, view="jobs.view", change="files.attach", guard=lambda job, actor: "The job has ended.")
    page = client_for(buyer).get(f"/jobs/{job.public_id}/?tab=files").content.decode()
    assert "The job has ended." in page
    assert send_url(job) not in page


def test_versions_are_listed_and_a_new_one_is_sent(found, buyer, client_for) -> None:
    client = client_for(buyer)
    answer = client.post(f"{url(found)}replace/", {"file": SimpleUploadedFile("c.pdf", PDF)})
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "c.pdf" in page
    assert found.sha256[:16] in page


def test_a_file_is_removed_after_a_question(found, job, buyer, client_for) -> None:
    client = client_for(buyer)
    assert "Remove" in client.get(f"{url(found)}remove/").content.decode()
    answer = client.post(f"{url(found)}remove/")
    assert answer.status_code == 302
    assert answer["Location"] == f"/jobs/{job.public_id}/?tab=files"
    assert not selectors.files_of(job).exists()


def test_looking_changes_nothing(found, buyer, client_for) -> None:
    client = client_for(buyer)
    for address in (url(found), f"{url(found)}versions/", f"{url(found)}remove/"):
        client.get(address)
    assert client.get(send_url(job_of(buyer))).status_code == 405
    assert Attachment.objects.unscoped("test").kept().count() == 1


# ------------------------------------------------------------------------------------------------- limits


class Zeros:
    """A body of many megabytes that takes none; tells how much of it was read."""

    def __init__(self, size: int) -> None:
        self.size, self.read_so_far = size, 0

    def read(self, count: int = -1) -> bytes:
        count = min(count if count >= 0 else self.size, self.size - self.read_so_far)
        self.read_so_far += count
        return b"\0" * count

    readline = read


def announced(client: Client, path: str, size: int, **extra) -> tuple[object, Zeros]:
    zeros = Zeros(size)
    answer = client.generic(
        "POST",
        path,
        b"",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(size),
        **{"wsgi.input": zeros},
        **extra,
    )
    return answer, zeros


@pytest.mark.parametrize("path", ["/files/of/srm.job/x/", "/account/login/", "/no/such/page/"])
def test_200_megabytes_are_refused_at_once_without_being_read(buyer, client_for, path: str) -> None:
    tracemalloc.start()
    started = time.monotonic()
    answer, zeros = announced(client_for(buyer, enforce_csrf_checks=True), path, 200 << 20)
    assert time.monotonic() - started < 2
    assert tracemalloc.get_traced_memory()[1] < 30 << 20
    tracemalloc.stop()
    assert zeros.read_so_far == 0
    if path != "/no/such/page/":
        assert answer.status_code == 413
        assert "25 MB" in answer.content.decode()


def test_a_program_is_told_in_its_own_form(db) -> None:
    answer, zeros = announced(Client(), "/api/v1/files/", 200 << 20)
    assert answer.status_code == 413
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:quadrant:problem:too-large"
    assert zeros.read_so_far == 0


def test_one_file_over_the_limit_stops_the_upload_where_it_passes_it(job, buyer, client_for, settings) -> None:
    settings.UPLOAD_LIMIT_MB = 1
    folder = Path(tempfile.gettempdir())
    before = set(folder.iterdir())
    answer = client_for(buyer).post(send_url(job), {"file": SimpleUploadedFile("a.pdf", PDF + b"x" * (1 << 20))})
    assert answer.status_code == 413
    assert not selectors.files_of(job).exists()
    assert {path for path in set(folder.iterdir()) - before if path.suffix == ".upload"} == set()


async def through(scope: dict, parts: list[bytes]) -> tuple[bytes, dict]:
    """What an application behind `limit_bodies` sees."""
    seen = bytearray()

    async def application(scope, receive, send) -> None:
        while True:
            message = await receive()
            seen.extend(message.get("body", b""))
            if not message.get("more_body"):
                break

    messages = [
        {"type": "http.request", "body": part, "more_body": number < len(parts)} for number, part in enumerate(parts, 1)
    ]
    messages.append({"type": "http.disconnect"})

    async def receive():
        return messages.pop(0)

    await limit_bodies(application)(scope, receive, None)
    return bytes(seen), scope


def scope_of(length: int | None) -> dict:
    headers = [] if length is None else [(b"content-length", str(length).encode())]
    return {"type": "http", "headers": headers}


def test_a_small_body_passes_the_gate_unchanged() -> None:
    seen, scope = asyncio.run(through(scope_of(6), [b"abc", b"def"]))
    assert seen == b"abcdef"
    assert MARK not in scope


def test_an_announced_large_body_never_reaches_django() -> None:
    seen, scope = asyncio.run(through(scope_of(200 << 20), [b"x" * 1000]))
    assert seen == b""
    assert scope[MARK]


def test_a_large_body_without_an_announcement_is_cut_at_the_limit(settings) -> None:
    settings.UPLOAD_LIMIT_MB = 1
    parts = [b"x" * (1 << 20)] * 8
    seen, scope = asyncio.run(through(scope_of(None), parts))
    assert len(seen) <= most_per_request()
    assert scope[MARK]


def test_other_connections_pass_the_gate_untouched() -> None:
    async def application(scope, receive, send) -> None:
        assert receive == "receive"

    asyncio.run(limit_bodies(application)({"type": "lifespan"}, "receive", None))


# ------------------------------------------------------------------------------------------------- programs


def api(user):
    from tests.rest.helpers import token_for

    return Client(headers={"Authorization": f"Bearer {token_for(user)}"})


def test_programs_list_send_fetch_and_remove_files(job, buyer) -> None:
    client, data = api(buyer), {"document_kind": "srm.job", "document": job.public_id}
    made = client.post("/api/v1/files/", {**data, "file": SimpleUploadedFile("a.pdf", PDF), "expires_on": "2027-01-31"})
    assert made.status_code == 201, made.content
    shown = made.json()
    assert (shown["name"], shown["version"], shown["expires_on"], shown["document"]) == (
        "a.pdf",
        1,
        "2027-01-31",
        job.public_id,
    )
    assert [one["id"] for one in client.get("/api/v1/files/", data).json()["results"]] == [shown["id"]]
    content = client.get(f"/api/v1/files/{shown['id']}/content/")
    assert body(content) == PDF
    assert content["Content-Security-Policy"] == "sandbox; default-src 'none'"
    newer = client.post(f"/api/v1/files/{shown['id']}/", {"file": SimpleUploadedFile("b.pdf", PDF)})
    assert newer.json()["version"] == 2
    assert client.delete(f"/api/v1/files/{shown['id']}/").status_code == 204
    assert client.get(f"/api/v1/files/{shown['id']}/").status_code == 404


def test_a_repeated_send_with_the_same_key_attaches_once(job, buyer) -> None:
    client, data = api(buyer), {"document_kind": "srm.job", "document": job.public_id}

    def send(content: bytes):
        return client.post(
            "/api/v1/files/", {**data, "file": SimpleUploadedFile("a.pdf", content)}, headers={"Idempotency-Key": "k-1"}
        )

    first, again, other = send(PDF), send(PDF), send(PDF + b"x")
    assert first.status_code == again.status_code == 201
    assert first.json()["id"] == again.json()["id"]
    assert other.status_code == 422
    assert selectors.files_of(job).count() == 1


def test_programs_get_the_same_answer_for_foreign_and_missing_files(found, job, rival) -> None:
    client = api(rival)
    for path in (url(found)[1:], "files/AAAAAAAAAAAAAAAAAAAAAA/"):
        for answer in (
            client.get(f"/api/v1/{path}"),
            client.get(f"/api/v1/{path}content/"),
            client.delete(f"/api/v1/{path}"),
        ):
            assert answer.status_code == 404
    data = {"document_kind": "srm.job", "document": job.public_id}
    assert client.get("/api/v1/files/", data).status_code == 404
    assert client.post("/api/v1/files/", {**data, "file": SimpleUploadedFile("a.pdf", PDF)}).status_code == 404


def test_a_program_that_may_only_read_cannot_send(found, job, buyer) -> None:
    from tests.rest.helpers import token_for

    client = Client(headers={"Authorization": f"Bearer {token_for(buyer, scopes=['files.view', 'jobs.view'])}"})
    data = {"document_kind": "srm.job", "document": job.public_id}
    assert client.get("/api/v1/files/", data).status_code == 200
    assert client.post("/api/v1/files/", {**data, "file": SimpleUploadedFile("a.pdf", PDF)}).status_code == 403
    assert client.delete(f"/api/v1/files/{found.public_id}/").status_code == 403
    assert selectors.files_of(job).count() == 1


def test_programs_are_told_what_is_wrong_with_a_file(job, buyer) -> None:
    client, data = api(buyer), {"document_kind": "srm.job", "document": job.public_id}
    refused = client.post("/api/v1/files/", {**data, "file": SimpleUploadedFile("a.html", HTML)})
    assert refused.status_code == 422
    assert "file" in refused.json()["errors"]
    assert client.post("/api/v1/files/", data).status_code == 422
    assert set(client.get("/api/v1/files/").json()["errors"]) == {"document", "document_kind"}
    wrong = {**data, "file": SimpleUploadedFile("a.pdf", PDF), "expires_on": "31.31.2027"}
    assert client.post("/api/v1/files/", wrong).status_code == 422
    assert actor_for(buyer)
