"""What was bought before it was asked for is looked at by somebody else, and nothing waits for that."""

from __future__ import annotations

import pytest
from django.urls import reverse

from procurement.requests.models import PurchaseRequest
from procurement.requests.reviews import notices, selectors
from procurement.requests.reviews import services as reviews
from procurement.requests.reviews.exchange import ReviewSheet
from procurement.requests.reviews.models import ReviewOutcome, RouteReview
from srm.approvals import services as approvals
from srm.audit.models import AuditEvent
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.flow.perform import perform
from srm.flow.uow import unit_of_work
from srm.home.inbox import reviews as inbox
from srm.notify.models import Notice
from srm.people.models import UserRole
from tests.races import at_once, meeting_place, without_transaction
from tests.requests.conftest import approved, draft, line_of, sent
from tests.requests.test_afterwards import fresh
from tests.rest.helpers import api

pytestmark = pytest.mark.django_db
LATE = {"route": "after_fact", "route_reason": "The pump broke on Sunday.", "title": "A pump for the press"}


def late(firm, by="requester", **header):
    return sent(firm, line_of(firm), by=by, **{**LATE, **header})


def review_of(request) -> RouteReview:
    return RouteReview.objects.unscoped("test").select_related("request").get(request=request)


def decide(firm, request, by="head", justified=True, note="The line stood still."):
    with unit_of_work():
        return reviews.decide(review_of(request), actor=firm.actor(by), justified=justified, note=note)


def told(code):
    return set(Notice.objects.unscoped("test").filter(kind=code).values_list("user__email", flat=True))


def test_it_waits_for_head_and_officers_and_holds_nothing_up(firm, client_of):
    request = late(firm)
    assert told("requests.review_asked") == {"head@quadrant.example", "officer@quadrant.example"}
    for name in ("head", "officer"):
        section = inbox(firm.actor(name))
        assert [row.title for row in section.rows] == ["A pump for the press"]
        page = client_of(name).get(section.rows[0].url).content.decode()
        assert "The pump broke on Sunday." in page
        assert "10443" in page
        assert "A pump for the press" in client_of(name).get("/").content.decode()
        assert client_of(name).get(request.get_absolute_url()).status_code == 200
    assert selectors.waiting_count(firm.actor("buyer")) == 0
    with unit_of_work():
        approvals.decide(request, actor=firm.actor("approver"), outcome="approved")
    assert fresh(request).state == "approved"
    assert review_of(request).outcome == "open"


def test_the_requester_and_the_head_of_his_department_read_what_was_decided(firm, client_of):
    request = late(firm)
    row = decide(firm, request, by="officer", justified=False, note="The store had one.")
    assert (row.outcome, row.note, row.decided_by) == ("unjustified", "The store had one.", firm.users.officer)
    assert told("requests.reviewed") == {"requester@quadrant.example", "approver@quadrant.example"}
    notice = Notice.objects.unscoped("test").get(kind="requests.reviewed", user=firm.users.requester)
    assert "The store had one." in notice.body
    assert "Nikolay Vasilev" in notice.body
    page = client_of("requester").get(request.get_absolute_url()).content.decode()
    assert "Not justified" in page
    assert "The store had one." in page
    assert "found it not justified" in page
    event = AuditEvent.objects.get(verb="review_unjustified")
    assert (event.subject_id, event.reason) == (request.public_id, "The store had one.")
    assert not inbox(firm.actor("head")).rows


def test_only_requests_after_the_fact_are_reviewed(firm):
    sent(firm)
    sent(firm, route="urgent", route_reason="Line 2 stops.")
    draft(firm, **LATE)
    assert not RouteReview.objects.unscoped("test").exists()


def test_nobody_reviews_his_own_purchase(firm, client_of):
    UserRole.objects.create(user=firm.users.requester, role="tender_officer")
    request = late(firm)
    assert told("requests.review_asked") == {"head@quadrant.example", "officer@quadrant.example"}
    assert not inbox(firm.actor("requester")).rows
    with pytest.raises(RuleBroken, match="own purchase"):
        decide(firm, request, by="requester")
    page = client_of("requester").get(reverse("requests:routereview-decide", args=[review_of(request).public_id]))
    assert page.status_code == 409
    assert review_of(request).outcome == "open"
    assert decide(firm, request, by="officer").outcome == "justified"


def test_who_may_not_review_cannot_and_strangers_do_not_know_of_it(firm, client_of):
    request = late(firm)
    row = review_of(request)
    decision = {"justified": True, "note": "why not"}
    for name in ("requester", "approver", "buyer", "auditor"):
        with pytest.raises(NotAllowed):
            decide(firm, request, by=name)
        assert client_of(name).get(reverse("requests:routereview-decide", args=[row.public_id])).status_code == 403
        assert (
            api(getattr(firm.users, name)).post(f"/api/v1/route-reviews/{row.public_id}/decide/", decision).status_code
            == 403
        )
        assert row.public_id in api(getattr(firm.users, name)).get("/api/v1/route-reviews/").content.decode()
    assert row.public_id not in api(firm.users.requester2).get("/api/v1/route-reviews/").content.decode()
    assert api(firm.users.requester2).get(f"/api/v1/route-reviews/{row.public_id}/").status_code == 404
    assert api(firm.users.head).post("/api/v1/route-reviews/none/decide/", decision).status_code == 404
    assert review_of(request).outcome == "open"


def test_an_officer_sees_what_he_reviews_and_no_other_requests(firm, client_of):
    other, unsent = sent(firm), draft(firm, **LATE)
    request = late(firm)
    seen = PurchaseRequest.objects.visible_to(firm.actor("officer"))
    assert list(seen) == [request]
    for hidden in (other, unsent):
        assert client_of("officer").get(hidden.get_absolute_url()).status_code == 404


def test_a_decision_needs_a_note_and_is_taken_once(firm):
    request = late(firm)
    for note in ("", "  no ", "x" * 501):
        with pytest.raises(InvalidInput) as fault:
            decide(firm, request, note=note)
        assert list(fault.value.errors) == ["note"]
    decide(firm, request)
    with pytest.raises(RuleBroken, match="not wait for a review"):
        decide(firm, request, by="officer", justified=False)
    assert review_of(request).outcome == "justified"


def test_sent_once_more_it_is_looked_at_once_more(firm):
    request = late(firm)
    decide(firm, request)
    with unit_of_work():
        approvals.decide(request, actor=firm.actor("approver"), outcome="returned", reason="one pump, not a hundred")
    assert review_of(request).outcome == "justified"
    with unit_of_work():
        perform(fresh(request), "submit", actor=firm.actor("requester"))
    row = review_of(request)
    assert (row.outcome, row.note, row.decided_by, row.decided_at) == ("open", "", None, None)
    verbs = AuditEvent.objects.filter(verb__startswith="review_").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["review_open", "review_justified", "review_open"]


def test_withdrawn_as_a_whole_or_sent_another_way_there_is_nothing_to_look_at(firm):
    first, second = late(firm), late(firm)
    with unit_of_work():
        perform(first, "cancel", actor=firm.actor("requester"), reason="it was returned to the shop")
    assert review_of(first).outcome == "dropped"
    with unit_of_work():
        approvals.decide(second, actor=firm.actor("approver"), outcome="returned", reason="this is no such case")
    PurchaseRequest.rows.filter(pk=second.pk).update(route="normal", route_reason="")
    with unit_of_work():
        perform(fresh(second), "submit", actor=firm.actor("requester"))
    assert review_of(second).outcome == "dropped"
    assert not inbox(firm.actor("head")).rows


def test_deciding_on_the_page_and_in_the_list(firm, client_of):
    request = late(firm)
    row, client = review_of(request), client_of("head")
    address = reverse("requests:routereview-decide", args=[row.public_id])
    assert address in client.get(reverse("requests:routereview-list"), {"outcome": "open"}).content.decode()
    assert "Review" in client.get(request.get_absolute_url()).content.decode()
    refused = client.post(address, {"decision": "perhaps", "note": "x"})
    assert refused.status_code == 422
    assert review_of(request).outcome == "open"
    assert client.post(address, {"decision": "unjustified", "note": "The store had one."}).status_code == 302
    assert review_of(request).outcome == "unjustified"
    again = client.post(address, {"decision": "justified", "note": "Changed my mind."})
    assert again.status_code == 409
    assert review_of(request).outcome == "unjustified"
    page = client.get(reverse("requests:routereview-list"), {"outcome": "unjustified"}).content.decode()
    assert "The store had one." in page
    assert request.get_absolute_url() in page
    assert "A pump" not in client.get(reverse("requests:routereview-list"), {"outcome": "open"}).content.decode()


def test_deciding_over_the_api(firm):
    request = late(firm)
    program, path = api(firm.users.officer), f"/api/v1/route-reviews/{review_of(request).public_id}/decide/"
    for wrong in ({}, {"justified": "maybe", "note": "because"}, {"justified": True, "note": ""}, {"justified": True}):
        assert program.post(path, wrong).status_code in {400, 422}
    answer = program.post(path, {"justified": True, "note": "The line stood still."})
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert (body["outcome"], body["request"], body["request_number"]) == (
        "justified",
        request.public_id,
        request.number,
    )
    assert program.post(path, {"justified": False, "note": "or not"}).status_code == 409
    found = program.get("/api/v1/route-reviews/?outcome=justified").json()["results"]
    assert [one["id"] for one in found] == [body["id"]]


def test_requests_are_found_by_how_they_were_reviewed(firm, client_of):
    first, second, third = late(firm), late(firm), late(firm)
    decide(firm, first)
    decide(firm, second, justified=False)
    sent(firm)
    for outcome, expected in (("justified", first), ("unjustified", second), ("open", third)):
        rows = api(firm.users.buyer).get(f"/api/v1/requests/?review={outcome}").json()["results"]
        assert [row["id"] for row in rows] == [expected.public_id]


def test_the_sheet_says_what_was_thought_of_it(firm):
    decide(firm, late(firm), justified=False, note="The store had one.")
    actor = firm.actor("auditor")
    columns = ReviewSheet.exported(actor)
    rows = RouteReview.objects.visible_to(actor)
    (cells,) = ReviewSheet.rows(rows, columns)
    said = dict(zip([one.name for one in columns], cells, strict=True))
    assert (said["title"], said["outcome"], said["note"]) == (LATE["title"], "Not justified", "The store had one.")


# ------------------------------------------------------------------------------------------------ races


def two_decisions(firm):
    row = review_of(late(firm))
    return row, [
        lambda: reviews.decide(row, actor=firm.actor("head"), justified=True, note="It could not wait."),
        lambda: reviews.decide(row, actor=firm.actor("officer"), justified=False, note="The store had one."),
    ]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_is_told_that_it_is_decided(committed_firm, monkeypatch):
    row, tasks = two_decisions(committed_firm)
    monkeypatch.setattr(reviews, "locked", meeting_place(reviews.locked))
    answers = at_once(*tasks)
    assert [type(one) for one in answers if isinstance(one, Exception)] == [RuleBroken], answers
    assert AuditEvent.objects.filter(verb__in=["review_justified", "review_unjustified"]).count() == 1
    assert review_of(row.request).outcome in {ReviewOutcome.JUSTIFIED, ReviewOutcome.UNJUSTIFIED}


@pytest.mark.django_db(transaction=True)
def test_without_the_locks_it_is_decided_twice(committed_firm, monkeypatch):
    _row, tasks = two_decisions(committed_firm)
    monkeypatch.setattr(notices, "tell_decided", lambda _row, **_options: None)  # mail leaves only with a transaction
    monkeypatch.setattr(reviews, "locked", meeting_place(reviews.locked))
    answers = at_once(*tasks, edge=without_transaction)
    assert not any(isinstance(one, Exception) for one in answers), answers


def test_an_approved_one_may_still_be_found_not_justified(firm):
    request = approved(firm, line_of(firm), **LATE)
    decide(firm, request, justified=False, note="The store had one.")
    assert fresh(request).state == "approved"
