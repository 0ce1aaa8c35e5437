"""Nobody on the buyer's side, and no rival, learns a price, or that there is an offer, before the deadline.

A canary is planted in every field of an offer and on every way in; then everything this installation has written, and
every page that anybody can open, is searched for it.
"""

import io
import json
import logging
import re
import tempfile
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from procurement.bids import services
from procurement.tenders import sealing
from srm.core.logs import JsonFormatter
from srm.outbox.services import deliver_due
from tests.bids.conftest import offer, typed
from tests.rest.helpers import api
from tests.tenders.conftest import publish

PRICES = ("731.482913", "8264.19375")
WORDS = "KANARIENVOGEL"
CANARIES = [
    *PRICES,
    *(price.replace(".", ",") for price in PRICES),
    *(price.replace(".", "") for price in PRICES),
    WORDS,
]
STAFF = ("requester", "approver", "budget_owner", "buyer", "buyer2", "head", "officer", "evaluator", "storekeeper", "accountant",
         "payment_approver", "auditor", "administrator")  # fmt: skip


def planted(tender, **more):
    """An offer with canaries everywhere."""
    found = typed(tender, PRICES, note=f"{WORDS} note", freight="731.48", **more)
    for line in found["lines"].values():
        line["note"] = f"{WORDS} line"
    return found


def as_form(content):
    fields = {f"{name}-{key}": value for key, line in content["lines"].items() for name, value in line.items()}
    return {**fields, **{name: content[name] for name in ("freight", "note", "valid_until")}}


def url(tender, name, **more):
    return reverse(f"portal-bids:tender-{name}", kwargs={"public_id": tender.public_id, **more})


def everything_stored(tmp_path):
    """(where, bytes) of all this installation has written."""
    folders = [Path(settings.VAR_DIR), tmp_path]
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                yield str(path), path.read_bytes()
    for letter in mail.outbox:
        yield "mail", letter.message().as_bytes()
    yield "cache", repr(getattr(cache, "_cache", "")).encode()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names():
                cursor.execute(f'SELECT t::text FROM "{table}" t')
                yield table, "\n".join(row[0] for row in cursor.fetchall()).encode()


def search(found, canaries=CANARIES):
    needles = [word.encode() for word in canaries] + [word.encode("utf-16-le") for word in canaries]
    return [(where, needle) for where, content in found for needle in needles if needle in content]


@pytest.fixture
def log():
    """Everything that is logged, as the product writes it."""
    stream = io.StringIO()
    handler, root = logging.StreamHandler(stream), logging.getLogger()
    handler.setFormatter(JsonFormatter())
    before, root.level = root.level, logging.DEBUG
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)
    root.level = before


@pytest.fixture
def all_ways_in(committed_firm, work, monkeypatch, tmp_path, log):
    """Alfa offers on every way in; Beta's quote is entered by the buyer; one attempt crashes."""
    firm = committed_firm
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    cache.clear()
    tender = publish(firm, work)
    alfa = Client(raise_request_exception=False)
    alfa.force_login(firm.users.alfa_admin)
    content = planted(tender)

    assert alfa.post(url(tender, "draft"), json.dumps(content), content_type="application/json").status_code == 200
    wrong = as_form({**content, "freight": WORDS, "valid_until": WORDS})
    assert alfa.post(url(tender, "check"), wrong).status_code == 422
    submit(alfa, tender, content)

    sheet = openpyxl.load_workbook(io.BytesIO(alfa.get(url(tender, "sheet")).content))
    stream = io.BytesIO()
    sheet.save(stream)
    stream.seek(0)
    stream.name = "offer.xlsx"
    alfa.post(url(tender, "upload"), {"file": stream})
    broken = io.BytesIO(stream.getvalue()[:2000] + WORDS.encode())
    broken.name = "broken.xlsx"
    alfa.post(url(tender, "upload"), {"file": broken})

    lines = [
        {"line": key, "price": line["price"], "deliver_on": line["deliver_on"], "note": WORDS}
        for key, line in content["lines"].items()
    ]
    program = api(firm.users.alfa_admin)
    program.client.raise_request_exception = False
    address = f"/api/v1/portal/tenders/{tender.public_id}/offer/"
    assert program.post(address, {"lines": lines, "note": WORDS}, key="canary").status_code == 201
    assert (
        program.post(address, {"lines": [{**lines[0], "deliver_on": WORDS, "price": f"{PRICES[0]}x"}]}).status_code
        == 422
    )

    with work():
        services.enter_for_supplier(
            tender, actor=firm.actor("buyer2"), supplier=firm.beta, typed=content, evidence="mail of 3 May"
        )
    crash(monkeypatch, alfa, program, tender, content, address, lines)
    deliver_due()
    return firm, tender


def submit(client, tender, content):
    page = client.post(url(tender, "check"), as_form(content))
    assert page.status_code == 200
    hidden = dict(re.findall(r'name="(request_key|mark)" value="([^"]+)"', page.text))
    assert client.post(url(tender, "submit"), hidden).status_code == 302


def crash(monkeypatch, client, program, tender, content, address, lines):
    """The moment of sealing fails: the error is logged, with no content in it."""

    def fail(*_args):
        raise RuntimeError("sealing broke")

    with monkeypatch.context() as broken:
        broken.setattr(sealing, "seal", fail)
        page = client.post(url(tender, "check"), as_form(content))
        hidden = dict(re.findall(r'name="(request_key|mark)" value="([^"]+)"', page.text))
        assert client.post(url(tender, "submit"), hidden).status_code == 500
        assert program.post(address, {"lines": lines, "note": WORDS}).status_code == 500


def test_no_price_and_no_word_of_an_offer_is_written_anywhere(all_ways_in, tmp_path, log):
    stored = list(everything_stored(tmp_path))
    assert any("test.sqlite3" in where or where.startswith("procurement_bid") for where, _content in stored)
    assert search(stored) == []
    assert search([("log", log.getvalue().encode())]) == []
    assert "sealing broke" in log.getvalue()


def test_the_search_would_find_what_is_there(all_ways_in, work, tmp_path):
    """The positive control: the same words in a field that is no secret are found."""
    from procurement.tenders import services as tenders

    firm, tender = all_ways_in
    with work():
        tenders.decline(tender, actor=firm.actor("beta_admin"), reason=f"{WORDS} {PRICES[0]}")
    assert {needle for _where, needle in search(everything_stored(tmp_path))} >= {WORDS.encode(), PRICES[0].encode()}


def pages_of(tender, firm):
    """Addresses that could tell something of the tender or its bidders."""
    detail = f"/tenders/{tender.public_id}/"
    return [
        "/tenders/", "/tenders/?state=published", "/tenders/?export=xlsx", detail, f"{detail}?tab=invitations", f"{detail}?tab=history",
        f"{detail}?tab=comparison", f"{detail}edit/", f"{detail}moves/open_bids/", f"/bids/{tender.public_id}/comparison.xlsx",
        f"/bids/{tender.public_id}/enter/", "/awards/", "/registry/", f"/registry/{firm.alfa.public_id}/",
        f"/registry/{firm.alfa.public_id}/?tab=history", f"/registry/{firm.alfa.public_id}/?tab=accounts", "/notify/", "/",
        "/api/v1/tenders/", f"/api/v1/tenders/{tender.public_id}/", f"/api/v1/tenders/{tender.public_id}/moves/",
        f"/api/v1/tenders/{tender.public_id}/comparison/", "/api/v1/offers/", "/api/v1/awards/", "/api/v1/lots/",
        f"/api/v1/invitations/?tender={tender.public_id}", "/api/v1/suppliers/", "/portal/", f"/portal/bids/{tender.public_id}/",
        f"/api/v1/portal/tenders/{tender.public_id}/", f"/api/v1/portal/tenders/{tender.public_id}/receipts/",
    ]  # fmt: skip


_NOISE = [
    r'<meta name="csrf" content="[^"]*">', r'<meta name="server-time" content="[^"]*">', r'"X-CSRFToken":"[^"]*"',
    r'name="csrfmiddlewaretoken" value="[^"]*"', r'name="request_key" value="[^"]*"', r'"request_id":"[^"]*"',
    r"name this: \w+", r'name="next" value="[^"]*"',
]  # fmt: skip


def masked(answer):
    content = answer.content if not answer.streaming else b"".join(answer.streaming_content)
    if content[:2] == b"PK":
        book = openpyxl.load_workbook(io.BytesIO(content))
        return repr([[cell.value for cell in row] for row in book.worksheets[0].iter_rows()])
    text = content.decode()
    for noise in _NOISE:
        text = re.sub(noise, "", text)
    return text


def seen_by(user, pages):
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user)
    answers = {page: client.get(page) for page in pages}
    assert not [page for page, answer in answers.items() if answer.status_code >= 500]
    return {page: (answer.status_code, masked(answer)) for page, answer in answers.items()}


@pytest.mark.slow
def test_no_role_and_no_rival_reads_a_price_on_any_page(all_ways_in):
    firm, tender = all_ways_in
    for persona in (*STAFF, "beta_admin", "beta_reader", None):
        user = getattr(firm.users, persona) if persona else None
        shown = [(page, text.encode()) for page, (_status, text) in seen_by(user, pages_of(tender, firm)).items()]
        assert search(shown) == [], persona


@pytest.mark.slow
def test_every_page_is_the_same_to_the_byte_before_and_after_an_offer(firm, work):
    tender = publish(firm, work)
    pages = pages_of(tender, firm)
    watchers = {name: getattr(firm.users, name) for name in (*STAFF, "beta_admin", "beta_reader")} | {"nobody": None}
    before = {name: seen_by(user, pages) for name, user in watchers.items()}
    offer(firm, work, tender)
    with work():
        services.withdraw(tender, actor=firm.actor("alfa_admin"))
    offer(firm, work, tender)
    deliver_due()
    for name, user in watchers.items():
        after = seen_by(user, pages)
        changed = [page for page in pages if after[page] != before[name][page]]
        assert changed == [], name
    # The positive control: to whom it concerns it does show.
    assert "sent" in seen_by(firm.users.alfa_admin, ["/portal/"])["/portal/"][1]


def test_a_rivals_ids_answer_like_ids_that_do_not_exist(firm, work):
    shared, hidden = publish(firm, work), publish(firm, work, suppliers=[firm.alfa])
    receipt, own = offer(firm, work, shared), offer(firm, work, hidden)
    beta = Client()
    beta.force_login(firm.users.beta_admin)

    def answer(address, method="get"):
        found = getattr(beta, method)(address)
        return found.status_code, masked(found), sorted(found.headers.keys() - {"X-Request-ID"})

    none = "x" * 22
    for method, name in (("get", "offer"), ("get", "sheet"), ("get", "withdraw"), ("get", "decline"), ("post", "draft"), ("post", "check"),
                         ("post", "submit"), ("post", "seen"), ("post", "upload")):  # fmt: skip
        real = answer(url(hidden, name), method)
        fake = answer(reverse(f"portal-bids:tender-{name}", kwargs={"public_id": none}), method)
        assert real == fake, name
        assert real[0] == 404, name
    for name in ("receipt", "receipt-file"):
        fake = answer(url(shared, name, receipt=none))
        assert answer(url(shared, name, receipt=receipt.public_id)) == fake
        assert answer(url(hidden, name, receipt=own.public_id)) == fake
        assert fake[0] == 404


def test_after_the_opening_losers_still_read_nothing_of_each_other(firm, work):
    from tests.bids.conftest import open_up

    tender = publish(firm, work)
    with work():
        services.submit(tender, actor=firm.actor("alfa_admin"), typed=planted(tender))
    offer(firm, work, tender, "beta_admin")
    open_up(work, tender)
    pages = [page for page in pages_of(tender, firm) if "portal" in page]
    shown = [(page, text.encode()) for page, (_status, text) in seen_by(firm.users.beta_admin, pages).items()]
    assert search(shown) == []
    assert search(
        [
            (page, text.encode())
            for page, (_s, text) in seen_by(firm.users.buyer, [f"/tenders/{tender.public_id}/?tab=comparison"]).items()
        ],
        [WORDS],
    )
