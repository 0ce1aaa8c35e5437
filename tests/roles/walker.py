"""Walks every address of the product and says which roles get in, from the permission its view names."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from rest_framework.permissions import AllowAny

from srm.people.roles import ROLES, STAFF_ROLES, SUPPLIER_ROLES

EVERYONE = "everyone"
LOGGED_IN = "logged in"
# Accounts are a library's pages; who gets in is that library's business and its tests'.
LIBRARY = "library"
LIBRARIES = ("allauth.",)
GROUPS = {"staff": STAFF_ROLES, "suppliers": SUPPLIER_ROLES}
# The view neither has a permission nor says public = True.
UNNAMED = "unnamed"


@dataclass(frozen=True)
class Entry:
    """One address, or one method of it in the API, and who gets in."""

    name: str
    admitted: str


def entries() -> list[Entry]:
    """All of them, in the order of their names, each once."""
    found = {entry.name: entry for entry in _walk(get_resolver().url_patterns, ())}
    return sorted(found.values(), key=lambda entry: entry.name)


def parameters_of(name: str) -> list[str]:
    """What the address of that name wants to be told: "public_id", "move" and so on."""
    space, _colon, last = name.rpartition(":")
    resolver = get_resolver()
    for part in filter(None, space.split(":")):
        resolver = resolver.namespace_dict[part][1]
    found: list[tuple] = resolver.reverse_dict.getlist(last)
    return found[0][0][0][1] if found else []


def address_of(name: str, **values: str) -> str:
    """The address of that name; what it wants to be told and `values` do not say is invented."""
    return reverse(name, kwargs={each: values.get(each, "x") for each in parameters_of(name)})


def table() -> str:
    """The matrix as Python lines, to be pasted into matrix.py."""
    return "\n".join(line(entry) for entry in entries())


def line(entry: Entry) -> str:
    """One row of matrix.py."""
    return f'    "{entry.name}": "{entry.admitted}",'


def roles_with(permission: str) -> str:
    """The roles that hold a permission, by their codes; all of one kind are named together."""
    holders = {role for role, (_label, granted) in ROLES.items() if permission in granted}
    words = []
    for word, group in GROUPS.items():
        if group <= holders:
            words.append(word)
            holders -= group
    return " ".join(words + sorted(holders)) or "nobody"


def roles_of(admitted: str) -> set[str]:
    """The other way: the codes behind the words of a row."""
    if admitted in {EVERYONE, LOGGED_IN}:
        return set(ROLES)
    return set().union(*(GROUPS.get(word, {word}) for word in admitted.split()))


def _walk(patterns: list, spaces: tuple[str, ...]) -> Iterator[Entry]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from _walk(pattern.url_patterns, inner)
        else:
            yield from _entries_of(pattern, ":".join((*spaces, pattern.name or str(pattern.pattern))))


def _entries_of(pattern: URLPattern, name: str) -> Iterator[Entry]:
    callback = pattern.callback
    if callback.__module__.startswith(LIBRARIES):
        yield Entry(name, LIBRARY)
    elif hasattr(callback, "actions"):
        for method, action in sorted(callback.actions.items()):
            if method == "head":  # the framework adds it to a view once it was called
                continue
            yield Entry(f"{name} {method.upper()}", _of_api(callback, action))
    else:
        view = getattr(callback, "view_class", None) or getattr(callback, "cls", None) or callback
        yield Entry(name, _of_page(view))


def _of_api(callback: object, action: str) -> str:
    view = callback.cls(**callback.initkwargs)
    view.action = action
    return EVERYONE if getattr(view, "public", False) else _named(view.needed_permission())


def _of_page(view: object) -> str:
    if any(base.__name__ == "_LoggedIn" for base in getattr(view, "__mro__", ())):
        return LOGGED_IN
    if getattr(view, "public", False) or AllowAny in getattr(view, "permission_classes", ()):
        return EVERYONE
    if hasattr(view, "needed_permission"):
        return _named(view().needed_permission())
    return _named(getattr(view, "permission", None))


def _named(permission: str | None) -> str:
    if permission is None:
        return UNNAMED
    return roles_with(permission) if permission else LOGGED_IN
