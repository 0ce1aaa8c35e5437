"""What upper rooms know of items that tells duplicates from different things. The catalog may not ask them itself.

@match_keys
def numbers(): yield from SupplierItem....values_list("item_id", "supplier__code", "number")
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from srm.catalog.duplicates.normal import article_key

# (item's primary key, whose number it is, the number) and (item's primary key, attribute, value)
Triples = Callable[[], Iterable[tuple[int, str, str]]]

_keys: list[Triples] = []
_attributes: list[Triples] = []


def match_keys(provider: Triples) -> Triples:
    """Two items for which `provider` yields the same number of the same owner are probably one."""
    _keys.append(provider)
    return provider


def match_attributes(provider: Triples) -> Triples:
    """Values that are compared by name where both items have them."""
    _attributes.append(provider)
    return provider


def keys_of_items() -> dict[int, frozenset[str]]:
    """Everything the providers of keys know, by item; numbers compared without case, separators and alphabet."""
    found: dict[int, set[str]] = defaultdict(set)
    for provider in _keys:
        for item, owner, number in provider():
            if key := article_key(number):
                found[item].add(f"{owner}: {key}")
    return {item: frozenset(marks) for item, marks in found.items()}


def attributes_of_items() -> dict[int, dict[str, str]]:
    """Everything the providers of attributes know, by item and name."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for provider in _attributes:
        for item, name, value in provider():
            found[item][name] = value
    return dict(found)
