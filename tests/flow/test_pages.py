"""Moves on pages: buttons, dialogs, ticked rows."""

import pytest

from srm.audit.models import AuditEvent
from suppliers.registry.models import Supplier

LIST = "/registry/"


@pytest.fixture
def supplier(firm):
    return firm.alfa if hasattr(firm, "alfa") else Supplier.rows.order_by("pk").first()


def address(supplier, move):
    return f"/registry/{supplier.public_id}/moves/{move}/"


def state(supplier):
    return Supplier.rows.get(pk=supplier.pk).state


def test_buttons_are_the_moves_the_role_includes(client_of, supplier):
    page = f"/registry/{supplier.public_id}/"
    assert [it.name for it in client_of("head").get(page).context["actions"]] == ["suspend", "block", "edit"]
    assert [it.name for it in client_of("buyer").get(page).context["actions"]] == ["edit"]


def test_a_move_with_a_form_asks_first_and_then_moves(client_of, supplier):
    head = client_of("head")
    assert "Reason" in head.get(address(supplier, "block")).content.decode()
    answer = head.post(
        address(supplier, "block"), {"sure": "1", "reason": "Two late deliveries", "version": str(supplier.version)}
    )
    assert answer.url == f"/registry/{supplier.public_id}/"
    assert state(supplier) == "blocked"
    event = AuditEvent.objects.get(verb="block")
    assert (event.actor_name, event.reason) == ("Elena Stoyanova", "Two late deliveries")


def test_a_move_without_its_reason_asks_again_and_moves_nothing(client_of, supplier):
    answer = client_of("head").post(address(supplier, "block"), {"sure": "1", "reason": ""})
    assert answer.status_code == 422
    assert answer.context["form"].errors["reason"]
    assert state(supplier) == "active"


def test_a_dialog_gets_the_question_alone_and_closes_by_going_to_the_document(client_of, supplier):
    head, script = client_of("head"), {"HX-Request": "true", "HX-Target": "dialog-body"}
    assert b"<html" not in head.get(address(supplier, "block"), headers=script).content
    answer = head.post(address(supplier, "block"), {"sure": "1", "reason": "Late again"}, headers=script)
    assert answer.headers["HX-Redirect"] == f"/registry/{supplier.public_id}/"


def test_who_lacks_the_right_of_the_move_is_refused(client_of, supplier):
    assert client_of("buyer").post(address(supplier, "block"), {"sure": "1", "reason": "Because"}).status_code == 403
    assert state(supplier) == "active"


def test_a_move_from_a_state_that_has_passed_says_so(client_of, supplier):
    head, sent = client_of("head"), {"sure": "1", "reason": "Late again"}
    head.post(address(supplier, "block"), sent)
    answer = head.post(address(supplier, "block"), sent)
    assert answer.status_code == 409
    assert "already “Blocked”" in answer.content.decode()


def test_a_move_on_what_somebody_changed_meanwhile_is_refused(client_of, supplier):
    answer = client_of("head").post(address(supplier, "block"), {"sure": "1", "reason": "Late again", "version": "77"})
    assert answer.status_code == 409
    assert state(supplier) == "active"


def test_moves_are_posted_never_got(client_of, supplier):
    client_of("head").get(address(supplier, "block") + "?sure=1&reason=Late+again")
    assert state(supplier) == "active"


def test_there_are_no_addresses_for_moves_that_are_not_declared(client_of, supplier):
    assert client_of("head").post(address(supplier, "promote")).status_code == 404


def bulk(client, move, rows, **more):
    return client.post(f"/registry/moves/{move}/", {"ids": [row.public_id for row in rows], "next": LIST, **more})


def test_ticked_rows_are_asked_for_once_and_moved_one_by_one(client_of, firm):
    head, rows = client_of("head"), list(Supplier.rows.filter(state="active"))
    assert len(rows) >= 2
    question = bulk(head, "block", rows)
    assert question.status_code == 200
    assert question.context["ids"] == [row.public_id for row in rows]
    answer = bulk(head, "block", rows, sure="1", reason="Sanctions")
    assert answer.url == LIST
    assert {state(row) for row in rows} == {"blocked"}
    assert AuditEvent.objects.filter(verb="block").count() == len(rows)


def test_after_the_question_one_is_back_on_the_list_one_came_from(client_of, firm):
    head, rows = client_of("head"), list(Supplier.rows.filter(state="active"))
    came_from = {"Referer": f"http://testserver{LIST}?state=active"}
    question = head.post("/registry/moves/block/", {"ids": [row.public_id for row in rows]}, headers=came_from)
    assert f'name="next" value="{LIST}?state=active"' in question.content.decode()


def test_what_cannot_be_moved_is_named_and_the_rest_is_moved(client_of, firm):
    head, rows = client_of("head"), list(Supplier.rows.filter(state="active"))
    head.post(address(rows[0], "block"), {"sure": "1", "reason": "Late again"})
    answer = bulk(head, "block", rows, sure="1", reason="Sanctions")
    assert answer.status_code == 200
    assert [it.document.pk for it in answer.context["refused"]] == [rows[0].pk]
    assert "already “Blocked”" in answer.context["refused"][0].reasons[0]
    assert {state(row) for row in rows} == {"blocked"}


def test_ticked_rows_of_others_are_left_out(client_of, firm):
    answer = bulk(client_of("head"), "block", [], ids=["A" * 22], sure="1", reason="Sanctions")
    assert answer.url == LIST


def test_the_stepper_says_who_and_when(client_of, supplier):
    head = client_of("head")
    head.post(address(supplier, "block"), {"sure": "1", "reason": "Late again"})
    steps = head.get(f"/registry/{supplier.public_id}/").context["steps"]
    assert [(str(step.label), step.state, step.who) for step in steps][-1] == ("Blocked", "now", "Elena Stoyanova")
    assert steps[-1].when is not None


def test_the_history_reads_as_sentences(client_of, supplier):
    head = client_of("head")
    head.post(address(supplier, "block"), {"sure": "1", "reason": "Late again"})
    entry = head.get(f"/registry/{supplier.public_id}/?tab=history").context["history"][0]
    assert (entry.who, str(entry.text), entry.reason) == ("Elena Stoyanova", "blocked", "Late again")
