"""Every heading of every table is in the reader's language."""

from collections.abc import Iterator

from django.urls import get_resolver
from django.utils import translation

from srm.ui.tables import Table

# The same word in all three languages.
INTERNATIONAL = {"SKU", "XLSX", "API", "IP", "Incoterm", "CPV"}


def tables_below(kind: type[Table]) -> Iterator[type[Table]]:
    for one in kind.__subclasses__():
        yield one
        yield from tables_below(one)


def said(table: type[Table], name: str, language: str) -> str:
    with translation.override(language):
        return table.heading(name)


def test_every_heading_is_translated():
    assert get_resolver().url_patterns, "the rooms and their tables are loaded"
    found = set(tables_below(Table))
    assert len(found) > 50
    kept = [
        f"{table.__module__}.{table.__name__}.{name}"
        for table in found
        if not table.__module__.startswith("tests.")
        for name in table.base_columns
        if (english := said(table, name, "en")) not in INTERNATIONAL
        and english.isascii()
        and any(sign.isalpha() for sign in english)
        and said(table, name, "ru") == english
    ]
    assert not kept, "a field without a verbose_name, or a heading that is not translated"
