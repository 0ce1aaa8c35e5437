"""Standard Webhooks (https://www.standardwebhooks.com): keys, signatures, and which events an address wants. Pure.

signature = "v1," + base64(HMAC-SHA256(key, "{id}.{timestamp}.{body}")); several are separated by spaces, so that two
keys can overlap. The key is shown as "whsec_" + base64.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping

PREFIX = "whsec_"
TOLERANCE = dt.timedelta(minutes=5)


class BadSignature(Exception):
    """The message is not from who it says, was altered, or is too old."""


def new_secret() -> str:
    """A fresh key of 256 bits in its written form."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def sign(message_id: str, sent_at: dt.datetime, body: bytes, keys: Iterable[str]) -> dict[str, str]:
    """The three headers of a message, signed by each of `keys`."""
    timestamp = str(int(sent_at.timestamp()))
    signatures = " ".join(f"v1,{_digest(key, message_id, timestamp, body)}" for key in keys)
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": signatures}


def verify(headers: Mapping[str, str], body: bytes, keys: Iterable[str], now: dt.datetime) -> str:
    """The id of a message that one of `keys` has signed; the caller remembers it, to drop the same one next time.

    Raises:
        BadSignature: headers missing, too old or from the future, or no signature fits.
    """
    found = {name.lower(): value for name, value in headers.items()}
    message_id, timestamp = found.get("webhook-id", ""), found.get("webhook-timestamp", "")
    if not message_id or not timestamp.isdigit():
        raise BadSignature("the headers webhook-id and webhook-timestamp are missing")
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        raise BadSignature("the message is more than five minutes old, or from the future")
    given = [part[3:] for part in found.get("webhook-signature", "").split() if part.startswith("v1,")]
    for key in keys:
        right = _digest(key, message_id, timestamp, body)
        if any(hmac.compare_digest(right.encode(), one.encode()) for one in given):
            return message_id
    raise BadSignature("no signature fits")


def _digest(key: str, message_id: str, timestamp: str, body: bytes) -> str:
    try:
        raw = base64.b64decode(key.removeprefix(PREFIX), validate=True)
    except binascii.Error as fault:
        raise BadSignature("the key is not written as whsec_ and base64") from fault
    signed = f"{message_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.new(raw, signed, hashlib.sha256).digest()).decode()


def matches(pattern: str, kind: str) -> bool:
    """Whether `kind` ("order.changed") falls under `pattern` ("order.changed", "order.*", "*")."""
    if pattern in {"*", kind}:
        return True
    return pattern.endswith(".*") and kind.startswith(pattern[:-1])
