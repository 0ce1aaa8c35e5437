"""Why two items may be the same, in words."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

_WORDS: dict[str, Callable[[str], str]] = {
    "article": lambda _detail: _("The same article, but for case, separators or alphabet"),
    "key": lambda detail: _("The same number at a supplier: %(number)s") % {"number": detail},
    "name": lambda detail: _("The same name") if detail == "100" else _("Names %(n)s %% alike") % {"n": detail},
    "hand": lambda _detail: _("Put together by hand"),
    "same-unit": lambda _detail: _("The same unit"),
    "same-attribute": lambda detail: _("The same %(what)s") % {"what": detail},
    "other-name": lambda _detail: _("But: other names"),
    "other-unit": lambda _detail: _("But: units of another kind"),
    "other-category": lambda _detail: _("But: another category"),
    "other-attribute": lambda detail: _("But: another %(what)s") % {"what": detail},
}


def reason_in_words(code: str, detail: str = "") -> str:
    """One reason as a sentence; a code that is not known any more as it stands."""
    return _WORDS[code](detail) if code in _WORDS else code
