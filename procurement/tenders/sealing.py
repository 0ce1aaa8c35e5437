"""Sealing of offers: what leaves this module is encrypted, what enters the database came from here.

An offer becomes canonical JSON (sorted keys, no spaces, NFC, numbers as text), is put together with a random nonce,
padded with blanks to steps of 4 kB so that its length says little, and encrypted with age to the tender's public key.
Padded text is still JSON: an auditor who has the key opens it with the `age` tool and reads it. The commitment
SHA-256(nonce || canonical offer) stands in the receipt; the nonce is sealed inside, so after the opening everybody can
check that what was opened is what was received, and before it nobody can guess a price and compare.

The tender's private key is kept only encrypted to the application's own key (`keys.py`). Drafts are locked with another
key. No function here writes to disk, to a log, or names content in an exception.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyrage
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from pyrage.x25519 import Identity, Recipient

from procurement.tenders import keys

Blob = bytes | memoryview
STEP = 4096
NONCE_BYTES = 32
DRAFTS = "drafts"
RECEIPT_DOMAIN = b"quadrant-receipt-v1\n"
_IV = 12


class Unsealable(Exception):
    """It does not open: another key, altered, or not ours. Says which check failed and nothing of the content."""


@dataclass(frozen=True)
class KeyPair:
    """A tender's key: the public half in the clear, the private half encrypted to the application's key."""

    public: str
    fingerprint: str
    wrapped_private: bytes


@dataclass(frozen=True)
class Sealed:
    """An envelope and what its receipt says of it."""

    ciphertext: bytes
    sha256: str
    commitment: str
    nonce: str


@dataclass(frozen=True)
class Opened:
    """What was inside."""

    content: dict[str, Any]
    nonce: str
    commitment: str


# ------------------------------------------------------------------------------------------------------ content


def canonical(content: Mapping[str, Any]) -> bytes:
    """The one way to write `content` as bytes.

    Raises:
        TypeError: it holds a float or an object; exact numbers travel as text.
    """
    _refuse_floats(content)
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return unicodedata.normalize("NFC", text).encode()


def commit(nonce: str, content: Mapping[str, Any]) -> str:
    """SHA-256(nonce || canonical content), in hex."""
    return hashlib.sha256(bytes.fromhex(nonce) + canonical(content)).hexdigest()


def pad(text: bytes) -> bytes:
    """`text` with blanks up to the next full step."""
    return text.ljust(-(-len(text) // STEP) * STEP, b" ")


def _refuse_floats(value: object) -> None:
    if isinstance(value, Mapping):
        for inner in value.values():
            _refuse_floats(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            _refuse_floats(inner)
    elif value is not None and not isinstance(value, (str, int, bool)):
        raise TypeError(f"{type(value).__name__} has no canonical form; write it as text")


# ---------------------------------------------------------------------------------------------------- envelopes


def new_key_pair() -> KeyPair:
    """A key pair for one tender; the private half exists in the clear only inside this call."""
    identity = Identity.generate()
    public = str(identity.to_public())
    wrapped = pyrage.encrypt(str(identity).encode(), [keys.identities()[0].to_public()])
    return KeyPair(public, fingerprint_of(public), wrapped)


def fingerprint_of(public: str) -> str:
    """The key's SHA-256, which the notice prints and every receipt repeats."""
    return hashlib.sha256(public.encode()).hexdigest()


def unwrap(wrapped_private: Blob) -> Any:
    """The tender's private key, for the opening.

    Raises:
        Unsealable: it was wrapped for an application key that is not known here.
    """
    try:
        return Identity.from_str(pyrage.decrypt(bytes(wrapped_private), keys.identities()).decode())
    except (pyrage.DecryptError, pyrage.IdentityError, UnicodeDecodeError):
        raise Unsealable("the tender's key does not open with this installation's key") from None


def seal(content: Mapping[str, Any], public: str) -> Sealed:
    """`content` encrypted to a tender's public key."""
    nonce = secrets.token_hex(NONCE_BYTES)
    inside = canonical({"nonce": nonce, "offer": content})
    ciphertext = pyrage.encrypt(pad(inside), [Recipient.from_str(public)])
    return Sealed(ciphertext, digest_of(ciphertext), commit(nonce, content), nonce)


def unseal(ciphertext: Blob, identity: Any) -> Opened:
    """The content of an envelope.

    Raises:
        Unsealable: it was altered, or sealed for another tender.
    """
    try:
        inside = json.loads(pyrage.decrypt(bytes(ciphertext), [identity]))
        content, nonce = inside["offer"], inside["nonce"]
        return Opened(content, nonce, commit(nonce, content))
    except (pyrage.DecryptError, ValueError, KeyError, TypeError, AttributeError):
        raise Unsealable("the envelope does not open") from None


def digest_of(ciphertext: Blob) -> str:
    """SHA-256 of an envelope, in hex."""
    return hashlib.sha256(bytes(ciphertext)).hexdigest()


# ------------------------------------------------------------------------------------------------------- drafts


def lock_draft(content: Mapping[str, Any], owner: str) -> bytes:
    """What a supplier has typed so far, readable only through `unlock_draft` for the same `owner` (the offer's id)."""
    iv = secrets.token_bytes(_IV)
    text = pad(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())
    return iv + ChaCha20Poly1305(keys.subkey(DRAFTS)).encrypt(iv, text, owner.encode())


def unlock_draft(ciphertext: Blob, owner: str) -> dict[str, Any]:
    """The draft of `owner`.

    Raises:
        Unsealable: it is another offer's, was altered, or its key is gone.
    """
    iv, text = bytes(ciphertext[:_IV]), bytes(ciphertext[_IV:])
    for key in keys.subkeys(DRAFTS):
        try:
            return json.loads(ChaCha20Poly1305(key).decrypt(iv, text, owner.encode()))
        except InvalidTag:
            continue
    raise Unsealable("the draft does not open")


# ----------------------------------------------------------------------------------------------------- receipts


def sign(body: Mapping[str, Any]) -> str:
    """The signature under a receipt, in base64."""
    return base64.b64encode(keys.signing_key().sign(RECEIPT_DOMAIN + canonical(body))).decode()


def signed_by() -> tuple[str, str]:
    """(id, base64 of the public key) of the key that signs now."""
    public = keys.signing_key().public_key()
    return keys.key_id(public), base64.b64encode(keys.public_bytes(public)).decode()


def is_signed(body: Mapping[str, Any], signature: str) -> bool:
    """Whether one of this installation's keys, present or former, signed exactly `body`."""
    key = keys.verifying_keys().get(str(body.get("signing_key", "")))
    return key is not None and verify(body, signature, keys.public_bytes(key))


def verify(body: Mapping[str, Any], signature: str, public: bytes) -> bool:
    """Whether the holder of `public` signed exactly `body`."""
    try:
        signed = base64.b64decode(signature, validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(signed, RECEIPT_DOMAIN + canonical(body))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def code_of(body: Mapping[str, Any]) -> str:
    """A short code that two people can compare over the phone: 80 bits of the receipt's hash, in groups of four."""
    text = base64.b32encode(hashlib.sha256(RECEIPT_DOMAIN + canonical(body)).digest()[:10]).decode()
    return "-".join(text[start : start + 4] for start in range(0, 16, 4))
