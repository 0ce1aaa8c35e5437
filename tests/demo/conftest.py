"""The demo company, loaded once for a file of tests."""

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction


@pytest.fixture(scope="module")
def company(django_db_setup, django_db_blocker) -> Iterator[str]:
    """Loaded once for a file, and rolled back; what the command printed."""
    with django_db_blocker.unblock():
        block = transaction.atomic()
        block._from_testcase = True  # lets the command open its own durable transactions inside
        block.__enter__()
        out = StringIO()
        call_command("demo", scale="small", stdout=out)
        yield out.getvalue()
        transaction.set_rollback(True)
        block.__exit__(None, None, None)
