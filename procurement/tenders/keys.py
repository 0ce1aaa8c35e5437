"""The application's own keys: they wrap the tenders' keys, lock drafts, and sign receipts.

One age identity is the root of all: `SEALING_KEY` in the environment (several, separated by blanks: the first is used,
all of them still open what they closed), or a file that only this account may read, made on first use. What is derived
from it for another purpose (drafts, signatures) does not open anything else.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from pyrage import IdentityError
from pyrage.x25519 import Identity

FILE = "keys/sealing.key"
_SALT = b"quadrant-sealing-v1"


def new_identity() -> str:
    """A fresh age identity, as it is written into SEALING_KEY."""
    return str(Identity.generate())


def identities() -> list[Any]:
    """The application's identities; the first closes, each opens what it closed.

    Raises:
        ImproperlyConfigured: SEALING_KEY holds something else.
    """
    return list(_parsed(_source()))


def subkey(purpose: str) -> bytes:
    """32 secret bytes for `purpose` from the identity in use."""
    return _derive(_texts(_source())[0], purpose)


def subkeys(purpose: str) -> list[bytes]:
    """The same of every identity, the one in use first."""
    return [_derive(text, purpose) for text in _texts(_source())]


def signing_key() -> Ed25519PrivateKey:
    """The key that signs receipts."""
    return Ed25519PrivateKey.from_private_bytes(subkey("receipts"))


def verifying_keys() -> dict[str, Ed25519PublicKey]:
    """Public keys by id, of the identity in use and of former ones."""
    keys = [Ed25519PrivateKey.from_private_bytes(one).public_key() for one in subkeys("receipts")]
    return {key_id(key): key for key in keys}


def public_bytes(key: Ed25519PublicKey) -> bytes:
    """The 32 bytes of a public key."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id(key: Ed25519PublicKey) -> str:
    """How receipts name the key that signed them."""
    return hashlib.sha256(public_bytes(key)).hexdigest()[:16]


def key_file() -> Path:
    """Where the identity lies when the environment holds none."""
    return Path(settings.VAR_DIR) / FILE


# ------------------------------------------------------------------------------------------------------------


def _source() -> str:
    return settings.SEALING_KEY or _from_file(str(key_file()))


def _texts(source: str) -> list[str]:
    return source.replace(",", " ").split()


@cache
def _parsed(source: str) -> tuple[Any, ...]:
    try:
        found = tuple(Identity.from_str(text) for text in _texts(source))
    except IdentityError:
        found = ()
    if not found:
        # From None, and without the value: a key must not get into a log by way of an error.
        raise ImproperlyConfigured("SEALING_KEY is no age identity; `manage.py sealing_key` makes one.") from None
    return found


@cache
def _from_file(path: str) -> str:
    """The identity in the file, made now when there is none. Of two processes that both make one, one wins."""
    file = Path(path)
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = file.with_name(f".{secrets.token_hex(8)}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(handle, new_identity().encode() + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)
        try:
            os.link(fresh, file)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return file.read_text(encoding="ascii").strip()


@cache
def _derive(secret: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=_SALT, info=purpose.encode()).derive(secret.encode())
