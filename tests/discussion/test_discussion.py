"""What colleagues say about a document: seen by those who see it, told to those named, never to a supplier."""

import json

import pytest
from django.urls import reverse

from procurement.requests.models import KIND
from srm.core.errors import InvalidInput, NotAllowed
from srm.discussion import services
from srm.discussion.models import Comment
from srm.flow.uow import unit_of_work
from srm.notify.models import Notice
from tests.requests.conftest import draft, sent

pytestmark = pytest.mark.django_db
MOST_QUERIES = 25


def say(document, firm, by, text, *mentions):
    with unit_of_work():
        return services.say(document, actor=firm.actor(by), text=text, mentions=mentions)


def told(user, kind):
    return Notice.objects.unscoped("test").filter(user=user, kind=kind).count()


def address(document):
    return reverse("discussion:say", args=[KIND, document.public_id])


def test_whom_a_comment_names_hears_of_it_and_finds_it(firm, client_of, django_assert_max_num_queries):
    request = sent(firm)
    answer = client_of("buyer").post(address(request), {"text": "@requester which coating?\nSee https://example.org"})
    assert answer.url == f"{request.get_absolute_url()}?tab=discussion"
    assert told(firm.users.requester, "discussion.mentioned") == 1
    client = client_of("requester")
    with django_assert_max_num_queries(MOST_QUERIES):
        page = client.get(answer.url).content.decode()
    assert "which coating?" in page
    assert "Maria Koleva" in page
    assert 'href="https://example.org"' in page


def test_whoever_took_part_hears_of_the_answer_once(firm):
    request = sent(firm)
    say(request, firm, "buyer", "Which coating?", firm.users.approver)
    say(request, firm, "requester", "A2, as always.")
    assert told(firm.users.approver, "discussion.mentioned") == 1
    assert told(firm.users.buyer, "discussion.said") == 1
    assert told(firm.users.requester, "discussion.said") == 1
    assert told(firm.users.requester, "discussion.mentioned") == 0


def test_nobody_is_named_who_may_not_see_the_document(firm, client_of):
    request = draft(firm)
    for other in (firm.users.requester2, firm.users.storekeeper):
        with pytest.raises(InvalidInput, match="may not see"):
            say(request, firm, "requester", "Look at this", other)
    answer = client_of("requester").post(
        address(request), {"text": "My long words", "mentions": [firm.users.requester2.public_id]}
    )
    assert answer.status_code == 422
    assert "My long words" in answer.content.decode()
    assert "Olga Smirnova may not see" in answer.content.decode()
    assert not Comment.objects.unscoped("test").exists()
    assert not Notice.objects.unscoped("test").exists()


@pytest.mark.parametrize("persona", ["requester2", "storekeeper", "alfa_admin", "administrator"])
def test_who_may_not_see_the_document_neither_reads_nor_writes(firm, client_of, persona):
    request = draft(firm)
    say(request, firm, "requester", "Canary")
    client = client_of(persona)
    for answer in (
        client.get(address(request)), client.post(address(request), {"text": "x"}),
        client.get(f"/api/v1/discussion/{KIND}/{request.public_id}/"),
        client.post(f"/api/v1/discussion/{KIND}/{request.public_id}/", json.dumps({"text": "x"}), "application/json"),
    ):  # fmt: skip
        assert answer.status_code in {403, 404}
        assert b"Canary" not in answer.content
    assert not Comment.objects.visible_to(firm.actor(persona)).exists()
    assert Comment.objects.unscoped("test").count() == 1


def test_an_auditor_reads_and_does_not_write(firm, client_of):
    request = draft(firm)
    say(request, firm, "requester", "Readable")
    page = client_of("auditor").get(f"{request.get_absolute_url()}?tab=discussion").content.decode()
    assert "Readable" in page
    assert "Say it" not in page
    with unit_of_work(), pytest.raises(NotAllowed):
        services.say(request, actor=firm.actor("auditor"), text="I was here")


@pytest.mark.parametrize(("text", "sentence"), [("  \n ", "Write something"), ("x" * 4001, "4000")])
def test_nothing_and_too_much_are_refused(firm, text, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        say(draft(firm), firm, "requester", text)


def test_what_looks_like_markup_stays_text(firm, client_of):
    request = draft(firm)
    say(request, firm, "requester", "<script>alert(1)</script> @nobody @x a@b")
    page = client_of("requester").get(f"{request.get_absolute_url()}?tab=discussion").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_program_takes_part(firm, client_of):
    request = draft(firm)
    route = f"/api/v1/discussion/{KIND}/{request.public_id}/"
    body = json.dumps({"text": "By program", "mentions": [firm.users.approver.public_id]})
    made = client_of("requester").post(route, body, "application/json")
    assert made.status_code == 201
    assert made.json()["mentioned"] == [firm.users.approver.public_id]
    assert [one["text"] for one in client_of("approver").get(route).json()] == ["By program"]
    assert client_of("requester").get("/api/v1/discussion/srm.user/x/").status_code == 404
