"""Running the three processes together."""

import socket

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from srm.management.commands import prepare, serve


def test_a_taken_port_is_said_in_one_sentence(monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("PORT", str(taken.getsockname()[1]))
        with pytest.raises(CommandError, match="set PORT to another one"):
            call_command("serve")


def test_web_worker_and_ticker_run_together():
    assert list(serve.processes("127.0.0.1", 8000, 1)) == ["web", "worker", "ticker"]


@pytest.mark.django_db
def test_a_prepared_installation_has_nothing_left_to_do():
    assert not prepare.cache_tables_wait()


def test_the_digest_of_static_files_tells_a_change(settings, tmp_path):
    settings.STATICFILES_DIRS = [tmp_path]
    prepare.get_finders.__globals__["get_finder"].cache_clear()
    try:
        before = prepare.static_digest()
        (tmp_path / "new.js").write_text("1")
        assert prepare.static_digest() != before
    finally:
        prepare.get_finders.__globals__["get_finder"].cache_clear()
