"""Public ids: 128 random bits, for every address and API; counting them up tells nobody anything."""

import secrets


def new_public_id() -> str:
    """22 characters of the URL alphabet holding 128 random bits."""
    return secrets.token_urlsafe(16)
