"""Secrets at rest."""

import pytest
from django.test import override_settings

from srm.outbox import vault


def test_a_secret_comes_back_and_does_not_show() -> None:
    locked = vault.lock("whsec_abc", "webhook")
    assert "whsec" not in locked
    assert vault.unlock(locked, "webhook") == "whsec_abc"


def test_a_secret_of_one_purpose_does_not_open_for_another() -> None:
    with pytest.raises(vault.Unreadable):
        vault.unlock(vault.lock("x", "webhook"), "mail")


def test_an_old_key_still_opens_and_an_unknown_one_does_not() -> None:
    with override_settings(SECRET_KEY="old" * 20):
        locked = vault.lock("x", "webhook")
    with override_settings(SECRET_KEY="new" * 20, SECRET_KEY_FALLBACKS=["old" * 20]):
        assert vault.unlock(locked, "webhook") == "x"
    with override_settings(SECRET_KEY="new" * 20), pytest.raises(vault.Unreadable):
        vault.unlock(locked, "webhook")
