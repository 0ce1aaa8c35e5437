"""Saying something about a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.core.actor import Actor
from srm.core.errors import InvalidInput, NotAllowed
from srm.discussion.models import LONGEST, Comment
from srm.discussion.rules import WRITE, Rule, rule_of
from srm.flow import records, uow
from srm.notify.registry import kind
from srm.notify.services import tell
from srm.people.actors import actor_for
from srm.people.models import User
from srm.ui.links import url_of

MENTIONED, SAID = "discussion.mentioned", "discussion.said"
GROUP = gettext_lazy("Discussion")
MOST_NAMED = 20
DOCUMENT = "the document was read for the one who speaks"
_AT = re.compile(r"(?<![\w.@])@([\w.+-]{2,64})")

kind(MENTIONED, gettext_lazy("Somebody named me in a discussion"), channel="mail", group=GROUP)
kind(SAID, gettext_lazy("Somebody wrote in a discussion of mine"), group=GROUP)


def say(document: Any, *, actor: Actor, text: str, mentions: Sequence[User] = ()) -> Comment:
    """A comment of the actor's on a document he may see; tells those named, and those who take part.

    Args:
        mentions: people to be told, besides those the text names like "@maria.koleva".

    Raises:
        NotAllowed: his role does not include it. InvalidInput: no text; somebody named may not see the document.
    """
    uow.require()
    rule = rule_of(document)
    if rule is None or not rule.shows(actor) or not actor.may(WRITE) or actor.user_id is None:
        raise NotAllowed()
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise InvalidInput({"text": [_("Write something first.")]})
    if len(text) > LONGEST:
        raise InvalidInput({"text": [_("At most %(n)d characters, please.") % {"n": LONGEST}]})
    named = _named(document, rule, text, mentions, actor)
    comment = records.create(
        Comment, actor=actor, root=document, document_kind=rule.kind, document_id=document.public_id,
        author=User.objects.get(pk=actor.user_id), text=text,
    )  # fmt: skip
    comment.mentioned.set(named)
    _tell(document, rule, comment, named, actor)
    return comment


def _named(document: Any, rule: Rule, text: str, mentions: Iterable[User], actor: Actor) -> list[User]:
    """Whom the comment names. An "@" that names nobody is just a sign."""
    found = {user.pk: user for user in mentions if user.pk != actor.user_id}
    for word in dict.fromkeys(_AT.findall(text)):
        named = User.objects.filter(kind=User.Kind.STAFF, is_active=True, email__istartswith=f"{word.rstrip('.')}@")
        found |= {user.pk: user for user in named[:2] if user.pk != actor.user_id}
    if len(found) > MOST_NAMED:
        raise InvalidInput({"mentions": [_("Name at most %(n)d people at a time.") % {"n": MOST_NAMED}]})
    blind = [user.name for user in found.values() if not _sees(user, document, rule)]
    if blind:
        raise InvalidInput(
            {"mentions": [_("%(who)s may not see this document. Leave them out.") % {"who": ", ".join(blind)}]}
        )
    return list(found.values())


def _sees(user: User, document: Any, rule: Rule) -> bool:
    reader = actor_for(user)
    return rule.shows(reader) and rule.documents(reader).filter(pk=document.pk).exists()


def _tell(document: Any, rule: Rule, comment: Comment, named: list[User], actor: Actor) -> None:
    words = {"who": actor.name, "document": str(document), "text": comment.text[:500]}
    address = f"{url_of(document) or ''}?tab=discussion"
    button = gettext_lazy("Open the discussion")
    tell(
        named, kind=MENTIONED, actor=actor, subject=gettext_lazy("{who} named you: {document}"), values=words,
        body="{text}", url=address, button=button,
    )  # fmt: skip
    told = {user.pk for user in named}
    earlier = User.objects.filter(pk__in=Comment.objects.unscoped(DOCUMENT).of(document).values("author"))
    others = {user.pk: user for user in [*earlier, *(rule.people(document) if rule.people else ())] if user is not None}
    tell(
        [user for pk, user in others.items() if pk not in told and _sees(user, document, rule)], kind=SAID, actor=actor,
        subject=gettext_lazy("{who} wrote: {document}"), values=words, body="{text}", url=address, button=button,
    )  # fmt: skip
