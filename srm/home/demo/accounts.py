"""Who may log in, as a table."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.utils import translation

from srm.home.demo.words.people import PASSWORD, PERSONAS
from srm.home.demo.words.suppliers import ACCOUNTS
from srm.people.roles import ROLES


def log_ins() -> Iterator[tuple[str, str, str]]:
    """(role, e-mail, language) of each persona, staff first, then two suppliers' accounts."""
    for person in PERSONAS:
        yield person.roles.split()[0], person.email, person.language
    for _key, _name, email, role in ACCOUNTS[:2]:
        yield role, email, "bg"


def table() -> str:
    """The log-ins as they are printed."""
    with translation.override("en"):
        rows = [(str(ROLES[role][0]), email, language) for role, email, language in log_ins()]
    width = max(len(role) for role, _email, _language in rows)
    longest = max(len(email) for _role, email, _language in rows)
    lines = [f"  {role.ljust(width)}  {email.ljust(longest)}  {language}" for role, email, language in rows]
    return "\n".join([f"Log in at {settings.BASE_URL}/ with the password {PASSWORD}", *lines])
