"""Moves over the API: `GET .../moves/` offers them, `POST .../moves/<move>/` performs one.

Both are generated for every registered resource whose model has a lifecycle, and go through `perform` like the
buttons do. Details are judged by the move's own form, so a program and a page hear the same sentences.
"""

from __future__ import annotations

import inspect
from typing import Any, ClassVar

from django import forms
from django.db import models
from django.http import HttpResponse
from django.urls import URLPattern, path
from django.utils.datastructures import MultiValueDict
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from srm.core.actor import Actor
from srm.core.errors import InvalidInput
from srm.flow import perform as flow
from srm.flow.lifecycle import Lifecycle, Move, Offer
from srm.people.refusals import refusal
from srm.rest.errors import clean
from srm.rest.filtering import schema_of
from srm.rest.router import ViewSet, makes_routes
from srm.rest.viewsets import DocumentViewSet


class MoveActions(DocumentViewSet):
    """The two move actions, mixed into each resource's viewset; `declared` is the move that an address performs."""

    abstract = True
    declared: ClassVar[Move | None] = None

    def needed_permission(self) -> str | None:
        """The move's own right; to see the offers, the right to view."""
        return self.declared.permission if self.declared is not None else self.permissions["view"]

    def get_object(self) -> Any:
        """The document, for who may also view it: the answer shows it.

        Raises:
            NotAllowed: the caller may perform the move but not see the document (Concealed, if he is a supplier).
        """
        if not self.actor.may(self.permissions["view"]):
            raise refusal(self.actor, self.permissions["view"])
        return super().get_object()

    def offers(self, request: Request, **kwargs: Any) -> Response:
        """The moves open to the caller now; blocked ones say why."""
        return Response([shown(offer) for offer in flow.available(self.get_object(), self.actor)])

    def perform(self, request: Request, **kwargs: Any) -> Response | HttpResponse:
        """Perform the move; the answer is the moved document."""
        assert self.declared is not None
        declared = self.declared

        def work() -> Response:
            document = self.get_object()
            body = self.body()
            version = self.expected_version(body, required=False)
            details = details_of(declared.form, body, actor=self.actor)
            moved = flow.perform(document, declared.name, actor=self.actor, version=version, **details)
            return self.show_again(moved)

        return self.write(work)


def moves_of(model: type[models.Model]) -> dict[str, Move]:
    """The moves offered on a document's address: its own, or those of its lines; not those the system performs."""
    lines = getattr(model, "line_moves", "")
    holder: Any = model._meta.get_field(lines).related_model if lines else model
    declared = holder.moves() if issubclass(holder, Lifecycle) else {}
    return {name: move for name, move in declared.items() if not move.hidden}


@makes_routes
def move_routes(prefix: str, viewset: ViewSet) -> list[URLPattern]:
    """One address per move, so that the API's description lists each with its own details."""
    moves, base = moves_of(viewset.model), f"{prefix}/<str:id>/moves/"
    if not moves:
        return []
    operation = prefix.replace("-", "_")
    offers = _view(
        viewset, "offers", summary="Moves open now", operation_id=f"{operation}_moves", responses={200: OFFERS}
    )
    patterns = [path(base, offers.as_view({"get": "offers"}, detail=True), name=f"{prefix}-moves")]
    for name, declared in moves.items():
        view = _view(
            viewset, "perform", declared, summary=declared.label, operation_id=f"{operation}_{name}",
            request={"application/json": body_schema(declared)}, responses={200: viewset.serializer_class},
        )  # fmt: skip
        patterns.append(
            path(f"{base}{name}/", view.as_view({"post": "perform"}, detail=True), name=f"{prefix}-move-{name}")
        )
    return patterns


def _view(viewset: ViewSet, action: str, declared: Move | None = None, **described: Any) -> ViewSet:
    """The resource's viewset with one move action, described on its own."""
    plain = getattr(MoveActions, action)

    def method(self: MoveActions, request: Request, **kwargs: Any) -> Any:
        return plain(self, request, **kwargs)

    method.__name__, method.__doc__ = action, plain.__doc__
    content = {"declared": declared, action: extend_schema(filters=False, **described)(method), "__module__": __name__}
    return type(f"{viewset.__name__}{action.title()}", (MoveActions, viewset), content)


def details_of(dotted: str | None, body: dict[str, Any], *, actor: Actor) -> dict[str, Any]:
    """The move's details out of the body, judged by its form.

    Raises:
        InvalidInput: unknown names, or what the form says.
    """
    form = bound(import_string(dotted) if dotted else forms.Form, typed(body), actor)
    refused = {clean(name): [_("Unknown field.")] for name in body if name not in form.fields}
    refused |= {name: [str(each) for each in texts] for name, texts in form.errors.items()}
    if refused:
        raise InvalidInput(refused)
    return dict(form.cleaned_data)


def bound(form_class: type[forms.BaseForm], data: MultiValueDict | None, actor: Actor) -> forms.BaseForm:
    """The form over `data`; the page kit's forms want to know who fills them in, Django's plain ones do not."""
    return form_class(data, actor=actor) if _takes_actor(form_class) else form_class(data)  # type: ignore[call-arg]


def _takes_actor(form_class: type[forms.BaseForm]) -> bool:
    makers = [base.__init__ for base in form_class.__mro__ if "__init__" in vars(base)]  # type: ignore[misc]
    return any("actor" in inspect.signature(maker).parameters for maker in makers if maker is not object.__init__)


def typed(body: dict[str, Any]) -> MultiValueDict:
    """The body as a browser would have sent it: texts and lists of texts, which is all that forms expect.

    Raises:
        InvalidInput: a value is an object or a list of more than plain values.
    """
    data: MultiValueDict = MultiValueDict()
    refused: dict[str, list[str]] = {}
    for name, value in body.items():
        values = value if isinstance(value, list) else [value]
        if any(isinstance(each, (dict, list)) for each in values):
            refused[clean(name)] = [_("Send a plain value or a list of them.")]
        else:
            data.setlist(name, [_text(each) for each in values if each is not None])
    if refused:
        raise InvalidInput(refused)
    return data


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def shown(offer: Offer) -> dict[str, Any]:
    """An offer as JSON."""
    return {
        "name": offer.name,
        "label": str(offer.label),
        "tone": offer.tone,
        "allowed": offer.allowed,
        "reasons": [str(reason) for reason in offer.reasons],
        "ask": str(offer.ask) if offer.ask else None,
        "fields": [
            {"name": name, "label": str(field.label or name), "required": field.required}
            for name, field in _fields(offer.form).items()
        ],
    }


def body_schema(declared: Move) -> dict[str, Any]:
    """The body of a move's POST, for the API's description."""
    fields = _fields(declared.form)
    properties = {name: {**schema_of(field), "title": str(field.label or name)} for name, field in fields.items()}
    version = {"type": "integer", "minimum": 1, "description": "Refuse when the document is no longer at this version."}
    required = [name for name, field in fields.items() if field.required]
    found: dict[str, Any] = {
        "type": "object",
        "properties": {**properties, "version": version},
        "additionalProperties": False,
    }
    return {**found, "required": required} if required else found


def _fields(dotted: str | None) -> dict[str, forms.Field]:
    return import_string(dotted).base_fields if dotted else {}


OFFERS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "label": {"type": "string"},
            "tone": {"type": "string", "enum": ["primary", "neutral", "danger"]},
            "allowed": {"type": "boolean"},
            "reasons": {"type": "array", "items": {"type": "string"}, "description": "Why it is blocked"},
            "ask": {"type": "string", "nullable": True, "description": "A question to confirm first"},
            "fields": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "name": {"type": "string"}, "label": {"type": "string"}, "required": {"type": "boolean"},
                    },
                },
            },
        },
    },
}  # fmt: skip
