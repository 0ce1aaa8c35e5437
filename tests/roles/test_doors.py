"""The matrix is not only declared: every role knocks at every door that needs no key of its own."""

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from tests.roles.walker import EVERYONE, LIBRARY, entries, roles_of

PERSONAS = {
    "requester": "requester", "approver": "approver", "budget_owner": "budget_owner", "buyer": "buyer", "head": "head",
    "evaluator": "evaluator", "tender_officer": "officer", "storekeeper": "storekeeper", "accountant": "accountant",
    "payment_approver": "payment_approver", "auditor": "auditor", "administrator": "administrator",
    "supplier_admin": "alfa_admin", "supplier_user": "alfa_reader",
}  # fmt: skip


def doors():
    """(name, address, who gets in) of everything that can be asked for without naming an object."""
    for entry in entries():
        name, _space, method = entry.name.partition(" ")
        if entry.admitted == LIBRARY or method not in {"", "GET"}:
            continue
        try:
            yield entry.name, reverse(name), entry.admitted
        except NoReverseMatch:
            continue


def refused(response):
    """Sent to the log-in or to the suppliers' own start page, told no, or told that there is no such page."""
    moved = response.headers["Location"] if response.status_code == 302 else ""
    return "/account/login" in moved or moved == "/portal/" or response.status_code in {401, 403, 404}


@pytest.mark.django_db
@pytest.mark.parametrize("role", PERSONAS)
def test_a_role_gets_in_where_its_row_says_and_nowhere_else(role, client_of):
    client = client_of(PERSONAS[role])
    client.raise_request_exception = False
    wrong = []
    for name, address, admitted in doors():
        response = client.get(address)
        expected = role not in roles_of(admitted)
        if response.status_code >= 500 or (refused(response) != expected and admitted != EVERYONE):
            wrong.append(f"{name} ({address}): {response.status_code}, {'refusal' if expected else 'entry'} expected")
    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
def test_somebody_without_an_account_gets_in_only_where_everyone_does():
    client = Client(raise_request_exception=False)
    wrong = []
    for name, address, admitted in doors():
        response = client.get(address)
        if response.status_code >= 500 or (admitted != EVERYONE and not refused(response)):
            wrong.append(f"{name} ({address}): {response.status_code}")
    assert not wrong, "\n".join(wrong)
