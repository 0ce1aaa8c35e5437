"""Sending a page's form as it was shown: what the page proposed must count though nobody touched it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.test import Client
from lxml import html


def send_untouched(client: Client, address: str, **changes: Any) -> HttpResponse:
    """Post the page's own form with everything in it as a browser would send it, but for `changes`."""
    page = html.fromstring(client.get(address).content)
    (form,) = [one for one in page.forms if any(name.endswith("TOTAL_FORMS") for name in one.fields)]
    values = [(name, value) for name, value in form.form_values() if name not in changes]
    data: dict[str, list[str]] = {}
    for name, value in [*values, *changes.items()]:
        data.setdefault(name, []).append(value)
    return client.post(address, data)
