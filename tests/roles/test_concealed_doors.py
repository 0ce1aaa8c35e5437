"""For suppliers the staff's addresses do not exist: the answer is the one of an address where nothing is."""

import re

import pytest
from django.test import Client

from srm.audit.models import SecurityEvent
from srm.people.roles import SUPPLIER_ROLES
from tests.rest.helpers import Api, token_for
from tests.roles.walker import EVERYONE, LIBRARY, LOGGED_IN, address_of, entries, roles_of

# A supplier who opens the start page is sent on to his own.
SENT_ON = {"home:inbox"}
# What differs between any two answers: the masked token of a form, the time.
OF_THE_REQUEST = re.compile(rb'"[A-Za-z0-9]{64}"|name="server-time" content="[^"]*"')


def staff_doors():
    """(row, address, method) of whatever no supplier's role opens."""
    for entry in entries():
        name, _space, method = entry.name.partition(" ")
        if entry.admitted in {EVERYONE, LOGGED_IN, LIBRARY} or roles_of(entry.admitted) & SUPPLIER_ROLES:
            continue
        if name not in SENT_ON:
            address = address_of(name, id="x" * 22, public_id="x" * 22)
            yield from ((entry.name, address, one) for one in ([method] if method else ["GET", "POST"]))


def nowhere(address):
    """An address under the same prefix where nothing is."""
    return "/api/v1/no-such-thing/" if address.startswith("/api/v1/") else f"/{address.split('/')[1]}/no/such/page/"


def seen(response):
    """What the caller sees of an answer, apart from the request's own id and address."""
    body = response.content
    for own in (response.headers["X-Request-Id"], response.request["PATH_INFO"]):
        body = body.replace(own.encode(), b"")
    told = {name: response.headers.get(name) for name in ("Allow", "Content-Type", "Location", "WWW-Authenticate")}
    return response.status_code, told, OF_THE_REQUEST.sub(b"", body)


def differences(ask, below="/"):
    """The doors below an address that answer `ask(method, address)` otherwise than an address where nothing is."""
    wrong, plain = [], {}
    for name, address, method in staff_doors():
        if not address.startswith(below):
            continue
        empty = nowhere(address)
        if (method, empty) not in plain:
            plain[method, empty] = seen(ask(method, empty))
        if (found := seen(ask(method, address))) != plain[method, empty]:
            wrong.append(f"{name} ({method} {address}): {found[0]}")
    return wrong


@pytest.fixture(autouse=True)
def no_limit(monkeypatch):
    """Thousands of calls in one window are no supplier's habit, but this test's."""
    monkeypatch.setattr("srm.rest.permissions.ActorThrottle.rate", None, raising=False)


@pytest.mark.django_db
@pytest.mark.parametrize("persona", ["alfa_admin", "alfa_reader"])
def test_a_supplier_gets_the_answer_of_an_empty_address_wherever_only_staff_may_go(persona, client_of):
    client = client_of(persona)
    assert client.get("/orders/").status_code == client.post("/orders/").status_code == 404
    assert client.get("/api/v1/orders/").status_code == 404
    assert not differences(lambda method, address: client.generic(method, address))


@pytest.mark.django_db
def test_so_does_his_program(firm):
    caller = Api(token=token_for(firm.users.alfa_admin))
    assert not differences(lambda method, address: caller.call(method, address, {}), "/api/v1/")


@pytest.mark.django_db
def test_so_does_a_supplier_whose_form_has_no_valid_token(firm):
    client = Client(enforce_csrf_checks=True)
    client.force_login(firm.users.alfa_admin)
    assert not differences(lambda method, address: client.generic(method, address))


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{"Accept": "text/html"}, {"HX-Request": "true"}, {"Authorization": "Bearer qd_x"}])
def test_odd_requests_do_not_tell_either(client_of, headers):
    client = client_of("alfa_admin")
    assert not differences(lambda method, address: client.generic(method, address, headers=headers))


@pytest.mark.django_db
def test_the_attempt_is_on_record_all_the_same(firm, client_of):
    client_of("alfa_admin").get("/orders/")
    Api(token=token_for(firm.users.alfa_admin)).get("/api/v1/orders/")
    kinds = SecurityEvent.objects.values_list("kind", "path")
    assert {("forbidden", "/orders/"), ("api.forbidden", "/api/v1/orders/")} <= set(kinds)


@pytest.mark.django_db
def test_a_colleague_without_the_right_is_told_so(client_of):
    assert client_of("requester").get("/ledger/").status_code == 403
    assert client_of("requester").get("/api/v1/ledger-exports/").status_code == 403
