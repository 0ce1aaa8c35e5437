"""Signatures as others compute them."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac

import pytest

from srm.integrations import signing

AT = dt.datetime(2021, 2, 25, 14, 55, 30, tzinfo=dt.UTC)
# The published example of Standard Webhooks' own libraries.
KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_published_example_comes_out() -> None:
    headers = signing.sign(ID, AT, BODY, [KEY])
    assert headers == {
        "webhook-id": ID,
        "webhook-timestamp": "1614264930",
        "webhook-signature": headers["webhook-signature"],
    }
    published = signing.sign(ID, dt.datetime.fromtimestamp(1614265330, dt.UTC), BODY, [KEY])
    assert published["webhook-signature"] == SIGNATURE


def test_it_equals_a_signature_computed_by_hand() -> None:
    key = signing.new_secret()
    headers = signing.sign("evt", AT, "тест".encode(), [key])
    raw = base64.b64decode(key.removeprefix("whsec_"))
    content = b"evt." + str(int(AT.timestamp())).encode() + b"." + "тест".encode()
    by_hand = base64.b64encode(hmac.digest(raw, content, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{by_hand}"
    assert len(raw) == 32


def test_what_we_sign_we_accept_and_nothing_else() -> None:
    headers = signing.sign(ID, AT, BODY, [KEY])
    assert signing.verify(headers, BODY, [KEY], AT) == ID
    minute = dt.timedelta(minutes=1)
    refused = [
        (headers, BODY + b" ", AT),
        (headers | {"webhook-id": "other"}, BODY, AT),
        (headers | {"webhook-timestamp": str(int(AT.timestamp()) + 1)}, BODY, AT),
        (headers | {"webhook-signature": "v1,AAAA"}, BODY, AT),
        (headers | {"webhook-signature": headers["webhook-signature"].replace("v1,", "v2,")}, BODY, AT),
        (headers | {"webhook-timestamp": "soon"}, BODY, AT),
        ({}, BODY, AT),
        (headers, BODY, AT + 6 * minute),
        (headers, BODY, AT - 6 * minute),
    ]
    for given, body, now in refused:
        with pytest.raises(signing.BadSignature):
            signing.verify(given, body, [KEY], now)
    with pytest.raises(signing.BadSignature):
        signing.verify(headers, BODY, [signing.new_secret()], AT)


def test_while_keys_overlap_either_one_verifies() -> None:
    old, new = signing.new_secret(), signing.new_secret()
    headers = signing.sign(ID, AT, BODY, [new, old])
    for key in (old, new):
        assert signing.verify(headers, BODY, [key], AT) == ID


@pytest.mark.parametrize(
    ("pattern", "kind", "fits"),
    [
        ("*", "item.changed", True), ("item.*", "item.changed", True), ("item.*", "items.changed", False),
        ("item.changed", "item.changed", True), ("item.changed", "item.created", False), ("item", "item.changed", False),
        ("item.*", "item", False),
    ],
)  # fmt: skip
def test_which_events_a_pattern_means(pattern: str, kind: str, fits: bool) -> None:
    assert signing.matches(pattern, kind) is fits
