"""The files of a document on its page."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from srm.core.actor import Actor
from srm.files import selectors
from srm.files.rules import rule_of
from srm.ui.panels import panel


def _carries_files(document: Any) -> bool:
    return rule_of(document) is not None


def _count(document: Any, actor: Actor) -> int:
    return selectors.files_of(document).count()


@panel(Model, _("Files"), order=80, permission="files.view", key="files", when=_carries_files, count=_count)
def files_panel(document: Any, actor: Actor, request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """The files, and a place to drop more."""
    rule = rule_of(document)
    if rule is None or not rule.shows(actor):
        return None
    return "files/_panel.html", selectors.panel_context(document, actor)
