"""Refusals and faults as pages; as toasts where only a part of the page was asked for."""

from __future__ import annotations

import json
import logging
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils.translation import gettext as _

from srm.core.actor import ANONYMOUS
from srm.core.errors import Concealed, DomainError, InvalidInput, Missing, NotAllowed, RuleBroken
from srm.people.refusals import conceals
from srm.ui.slots import tell_security

log = logging.getLogger(__name__)


def answer(request: HttpRequest, fault: DomainError) -> HttpResponse:
    """A refusal as its reader wants it: a toast for a partial request, else a page that says what to do."""
    if isinstance(fault, (NotAllowed, Concealed)):
        tell_security(getattr(request, "actor", ANONYMOUS), "forbidden", str(fault), request.path)
    sentences = sentences_of(fault)
    if getattr(request, "htmx", None):
        return toast(sentences, "danger", status=fault.status)
    return page(request, fault.status, sentences)


def sentences_of(fault: DomainError) -> list[str]:
    """What a refusal says, one sentence per item."""
    if isinstance(fault, RuleBroken):
        return [str(reason) for reason in fault.reasons]
    if isinstance(fault, InvalidInput):
        return [str(sentence) for found in fault.errors.values() for sentence in found]
    return [str(fault.message)]


def toast(sentences: list[str], tone: str = "success", status: int = 200) -> HttpResponse:
    """An answer without content that makes the page show a message."""
    event = {"toast": {"text": " ".join(sentences), "tone": tone}}
    return HttpResponse(status=status, headers={"HX-Trigger": json.dumps(event), "HX-Reswap": "none"})


def page(request: HttpRequest, status: int, sentences: list[str] | None = None) -> HttpResponse:
    """The page of one kind of refusal."""
    known = status if status in (400, 403, 404, 409, 413, 422, 429) else 400
    return render(request, f"errors/{known}.html", {"sentences": sentences or [], "status": status}, status=status)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """handler400; a body over the limit arrives here too."""
    from django.core.exceptions import RequestDataTooBig

    return page(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """handler403."""
    return answer(request, NotAllowed())


def missing(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """handler404: the same page for an address that never was and an object that is not the reader's."""
    return answer(request, Missing())


def broken(request: HttpRequest) -> HttpResponse:
    """handler500: no context, no database, nothing that could fail again."""
    try:
        body = get_template("errors/500.html").template.render(_bare())
    except Exception:
        log.exception("the error page itself failed")
        body = "<!doctype html><title>500</title><p>Something broke on our side. Please try again."
    return HttpResponse(body, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is out of date: after a log-out elsewhere, or with cookies off."""
    actor = getattr(request, "actor", ANONYMOUS)
    tell_security(actor, "csrf", reason, request.path)
    page_class = getattr(getattr(request.resolver_match, "func", None), "view_class", None)
    if conceals(actor, getattr(page_class, "permission", "")):
        return answer(request, Missing())
    sentence = _("This form was opened in another session. Go back and send it again: what you typed is kept.")
    if getattr(request, "htmx", None):
        return toast([sentence], "danger", status=403)
    return render(request, "errors/csrf.html", {"sentences": [sentence], "status": 403}, status=403)


def _bare() -> Any:
    from django.template import Context

    return Context({})
