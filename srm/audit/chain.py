"""Hash chain of the event log: pure functions, no database.

h(n) = SHA-256("quadrant-audit-v1" || h(n-1) || canonical JSON of the event). Canonical: sorted keys, no spaces, UTF-8
in NFC, numbers of business as strings, time in UTC with microseconds.
"""

import datetime as dt
import hashlib
import json
import unicodedata
from collections.abc import Iterable

DOMAIN = b"quadrant-audit-v1"
FIELDS = (
    "sequence", "at", "actor_kind", "actor_user_id", "actor_name", "on_behalf_of", "verb", "subject_kind",
    "subject_id", "subject_text", "root_kind", "root_id", "changes", "reason", "request_id",
)  # fmt: skip


def canonical(event: dict) -> bytes:
    """The bytes that are hashed for `event` (a mapping with the keys of `FIELDS`)."""
    body = {name: event[name] for name in FIELDS}
    at = body["at"]
    body["at"] = at.astimezone(dt.UTC).isoformat(timespec="microseconds") if isinstance(at, dt.datetime) else at
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return unicodedata.normalize("NFC", text).encode()


def link(previous_hash: str, event: dict) -> str:
    """The hash of `event` in a chain that ends with `previous_hash` (hex)."""
    return hashlib.sha256(DOMAIN + bytes.fromhex(previous_hash) + canonical(event)).hexdigest()


def faults(events: Iterable[dict], previous_hash: str = "0" * 64, sequence: int = 0) -> list[str]:
    """What is wrong with a run of events in order: gaps, altered events, broken links. Empty when it holds."""
    found = []
    for event in events:
        sequence += 1
        if event["sequence"] != sequence:
            found.append(f"event {sequence} is missing (next is {event['sequence']})")
            sequence = event["sequence"]
        if event["previous_hash"] != previous_hash:
            found.append(f"event {sequence} does not follow the one before it")
        if link(event["previous_hash"], event) != event["hash"]:
            found.append(f"event {sequence} was altered")
        previous_hash = event["hash"]
    return found
