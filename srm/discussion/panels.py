"""The discussion on a document's page."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from srm.core.actor import Actor
from srm.discussion.forms import CommentForm
from srm.discussion.models import Comment
from srm.discussion.rules import WRITE, rule_of
from srm.ui.panels import panel

SHOWN = 200
DOCUMENT = "the document's page was opened for the reader"


def _is_discussed(document: Any) -> bool:
    return rule_of(document) is not None


def _count(document: Any, actor: Actor) -> int:
    return Comment.objects.unscoped(DOCUMENT).of(document).count()


@panel(Model, _("Discussion"), order=75, permission="home.view", key="discussion", when=_is_discussed, count=_count)
def discussion_panel(document: Any, actor: Actor, request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """What was said, the latest at the end, and a place to say more."""
    rule = rule_of(document)
    if rule is None or not rule.shows(actor):
        return None
    rows = Comment.objects.unscoped(DOCUMENT).of(document).select_related("author").prefetch_related("mentioned")
    latest = list(rows.order_by("-pk")[:SHOWN])
    address = reverse("discussion:say", args=[rule.kind, document.public_id])
    return "discussion/_panel.html", {
        "comments": latest[::-1], "form": CommentForm(actor=actor) if actor.may(WRITE) else None, "say_url": address,
    }  # fmt: skip
