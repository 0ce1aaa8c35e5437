"""Master data by name: what the firm has, found without regard to case and language, and what an import adds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import models

from procurement.integrations.history.names import kept_code, new_code
from srm.core.search import fold
from srm.flow import bulk


def names_of(row: Any) -> list[str]:
    """The folded names under which a row is found: in each language, and its code."""
    texts = (getattr(row, name, "") for name in ("name_en", "name_ru", "name_bg", "name", "legal_name", "code"))
    return [name for name in dict.fromkeys(fold(text) for text in texts if text) if name]


class Book:
    """Rows of one kind by a key and a name; new ones have their primary key from the start."""

    def __init__(
        self, model: type[models.Model], rows: Iterable[Any], key: Callable[[Any], object] = lambda row: None
    ) -> None:
        self.model, self.key = model, key
        self.new: list[Any] = []
        self._keys = bulk.Keys(model)
        self._found: dict[tuple[object, str], Any] = {}
        self._codes: set[str] = set()
        for row in rows:
            self._codes.add(fold(str(getattr(row, "code", ""))))
            for name in names_of(row):
                self._found.setdefault((key(row), name), row)

    def get(self, name: str, key: object = None) -> Any:
        """The row of that name, or None."""
        return self._found.get((key, fold(name)))

    def add(self, row: Any, name: str) -> Any:
        """A new row, found by `name` from now on."""
        row.pk = self._keys.take()
        self.new.append(row)
        self._found[self.key(row), fold(name)] = row
        return row

    def code(self, text: str, longest: int = 20) -> str:
        """A new code made of `text`."""
        return self._taken(new_code(text, self._codes, longest))

    def kept_code(self, text: str) -> str:
        """`text` as a code, changed only as far as it must be."""
        return self._taken(kept_code(text, self._codes))

    def numbered_code(self, above: str) -> str:
        """The next free code below another one: ARV.01, ARV.02."""
        number = 1
        while fold(code := f"{above[:17]}.{number:02d}") in self._codes:
            number += 1
        return self._taken(code)

    def _taken(self, code: str) -> str:
        self._codes.add(fold(code))
        return code

    def made_meanwhile(self, rows: Iterable[Any]) -> bool:
        """Whether `rows`, the table as it is now, hold what this book was about to add."""
        mine = {(self.key(row), name) for row in self.new for name in names_of(row)}
        theirs = {row.pk for row in self._found.values()}
        return bool(mine) and any(
            row.pk not in theirs and any((self.key(row), name) in mine for name in names_of(row)) for row in rows
        )
