"""Secrets that must be read back (webhook keys, one-time links in waiting mails), encrypted at rest.

The key is derived from SECRET_KEY; old keys in SECRET_KEY_FALLBACKS still open what they closed, so the key can be
changed without losing secrets. Not for bids: those have a key of their own.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(Exception):
    """It was locked under a SECRET_KEY that is no longer known."""


def lock(secret: str, purpose: str) -> str:
    """`secret` encrypted for `purpose`; what is locked for one purpose does not open for another."""
    return _box(purpose).encrypt(secret.encode()).decode()


def unlock(token: str, purpose: str) -> str:
    """What `lock` was given.

    Raises:
        Unreadable: another key, another purpose, or altered.
    """
    try:
        return _box(purpose).decrypt(token.encode()).decode()
    except InvalidToken as fault:
        raise Unreadable("locked under another SECRET_KEY; enter the secret anew") from fault


def _box(purpose: str) -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derive(key, purpose)) for key in keys])


def _derive(key: str, purpose: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=b"quadrant-vault-v1", info=purpose.encode()).derive(key.encode())
    return base64.urlsafe_b64encode(derived)
