"""Views of the API: the base of all, and the documents' own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, RequestDataTooBig
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import serializers as drf_serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSetMixin

from srm.core.actor import ANONYMOUS, Actor
from srm.core.errors import InvalidInput, Missing
from srm.core.redirects import current_in
from srm.rest import edge, idempotency
from srm.rest.errors import PreconditionRequired
from srm.rest.fields import PUBLIC_ID, RefField, readable
from srm.rest.filtering import DeclaredFilters, check_parameters
from srm.rest.openapi import Schema
from srm.rest.pagination import KeysetPagination
from srm.rest.parsers import JSONParser
from srm.rest.renderers import OneFormat
from srm.rest.serializers import Serializer

Work = Callable[[], Response]


class ApiView(APIView):
    """Base of every API view. `permission` names the right it needs; `public = True` opens it to everybody.

    A view without either fails at import. Reading the query string is refused unless `parameters` lists the names.
    """

    permission: ClassVar[str | None] = None
    public: ClassVar[bool] = False
    parameters: ClassVar[Sequence[str]] = ()
    parser_classes = [JSONParser]
    content_negotiation_class = OneFormat
    schema = Schema()
    request: Request

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if not cls.__dict__.get("abstract", False):
            cls.check_declaration()

    @classmethod
    def check_declaration(cls) -> None:
        """Refuse a class that names no permission.

        Raises:
            ImproperlyConfigured
        """
        if cls.permission is None and not cls.public:
            raise ImproperlyConfigured(f"{cls.__name__} names no permission")

    def needed_permission(self) -> str | None:
        """The right that this request needs; "" asks for a log-in only."""
        return self.permission

    @property
    def actor(self) -> Actor:
        """Who calls; nobody while the API describes itself."""
        return getattr(getattr(self, "request", None), "actor", None) or ANONYMOUS

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Keep the body, log in, check the right and the rate, then the query string."""
        self.format_kwarg = None
        if JSONParser in self.parser_classes:
            # Before the log-in: REST framework's CSRF check parses the body, after which nobody could read it again.
            take_body(request._request)
        super().initial(request, *args, **kwargs)
        self.check_query(request)

    def check_permissions(self, request: Request) -> None:
        """Count the call before judging it, so that refused calls, each of which leaves a trace, are limited too."""
        super().check_throttles(request)
        super().check_permissions(request)

    def check_throttles(self, request: Request) -> None:
        """Done before the permissions."""

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Answers are for the caller: no cache on the way keeps them, and refusals do not tell what is offered here."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        if answer.status_code != 405 and request.method != "OPTIONS":
            answer.headers.pop("Allow", None)
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    def check_query(self, request: Request) -> None:
        """Refuse unknown query parameters."""
        check_parameters(request, self.parameters)

    def get_serializer_context(self) -> dict[str, Any]:
        """What serializers need to know."""
        return {"actor": self.actor, "request": getattr(self, "request", None), "view": self}

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The methods offered, in the Allow header; descriptions are the schema's business."""
        return Response(status=204)

    def write(self, work: Work, *, said: bytes | None = None) -> Response | HttpResponse:
        """Do `work` in one unit of work together with the record of its Idempotency-Key, or repeat its answer.

        `said` is what tells two requests apart where the body is no JSON (an upload: its fields and the file's hash).
        """
        wanted = idempotency.Claim.of(self.request, said)
        with edge.unit_of_work():
            record = idempotency.claim(wanted) if wanted else None
            if isinstance(record, HttpResponse):
                return record
            answer = work()
            if record is not None:
                idempotency.keep(record, answer, self.kept_body(answer))
            return answer

    def kept_body(self, answer: Response) -> object:
        """What a repeat is told. Routes of sealed content return a receipt id here and nothing else."""
        return answer.data

    def body(self) -> dict[str, Any]:
        """The request's JSON object.

        Raises:
            InvalidInput: it is a list or a bare value.
        """
        if not isinstance(self.request.data, Mapping):
            raise InvalidInput(_("Send a JSON object: {…}."))
        return dict(self.request.data)

    def values(self, kind: type[Any]) -> dict[str, Any]:
        """The checked values of the body, as an input serializer reads them."""
        serializer = kind(data=self.body(), context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)


class DocumentViewSet(ViewSetMixin, ApiView):
    """List, read, write one model as the room declares it.

    `permissions`: action -> right, "view" at least; "create" and "update" open POST and PATCH together with their
    services. `sorts` and `filterset_class` are those of the room's list page. There is no DELETE: documents end by
    moves.
    """

    abstract = True
    model: ClassVar[type[models.Model]]
    serializer_class: ClassVar[type[Serializer]]
    write_serializer_class: ClassVar[type[drf_serializers.BaseSerializer] | None] = None
    permissions: ClassVar[Mapping[str, str]] = {}
    filterset_class: ClassVar[Any] = None
    sorts: ClassVar[Mapping[str, Sequence[str]]] = {"-id": ("-id",)}
    create_service: ClassVar[Callable[..., Any] | None] = None
    update_service: ClassVar[Callable[..., Any] | None] = None
    decorate: Callable[[QuerySet], QuerySet] | None = None
    pagination_class = KeysetPagination
    filter_backends = [DeclaredFilters]
    lookup_field = "public_id"
    lookup_url_kwarg = "id"
    action_rights: ClassVar[Mapping[str, str]] = {
        "list": "view", "retrieve": "view", "create": "create", "partial_update": "update",
    }  # fmt: skip
    action: str | None

    @classmethod
    def check_declaration(cls) -> None:
        """Refuse a viewset without model, serializer or rights."""
        for name in ("model", "serializer_class"):
            if not hasattr(cls, name):
                raise ImproperlyConfigured(f"{cls.__name__} needs `{name}`")
        for action, service in (("create", cls.create_service), ("update", cls.update_service)):
            if service is not None and action not in cls.permissions:
                raise ImproperlyConfigured(f"{cls.__name__}.permissions does not say who may {action}")
        if "view" not in cls.permissions:
            raise ImproperlyConfigured(f"{cls.__name__}.permissions does not say who may view")

    @classmethod
    def methods(cls) -> tuple[dict[str, str], dict[str, str]]:
        """What the list's and the document's address offer: method -> action."""
        of_list, of_one = {"get": "list"}, {"get": "retrieve"}
        if cls.create_service is not None:
            of_list["post"] = "create"
        if cls.update_service is not None:
            of_one["patch"] = "partial_update"
        return of_list, of_one

    def needed_permission(self) -> str | None:
        """The right of the current action; methods that are not offered need "view" to learn so."""
        return self.permissions.get(self.action_rights.get(self.action or "", "view"))

    def check_query(self, request: Request) -> None:
        """A list's parameters are checked by its filters."""
        if self.action != "list":
            super().check_query(request)

    # Rows -------------------------------------------------------------------------------------------------------

    def queryset(self) -> QuerySet:
        """The rows the actor may know of; rooms add select_related and prefetch_related here."""
        return readable(self.model, self.actor)

    def get_queryset(self) -> QuerySet:
        """`queryset()`, with the references that the answer shows fetched along."""
        rows, paths = self.queryset(), references_of(self.serializer_class)
        return rows.select_related(*paths) if paths else rows

    def get_object(self) -> Any:
        """The document of this address.

        Raises:
            Missing: there is none, or it is not the actor's to see; nobody can tell which.
        """
        wanted = self.kwargs[self.lookup_url_kwarg]
        found = self.get_queryset().filter(public_id=wanted).first() if PUBLIC_ID.fullmatch(wanted) else None
        if found is None:
            raise Missing()
        return found

    def show(self, document: Any, status: int = 200) -> Response:
        """`document` as an answer, with its version as ETag."""
        data = self.serializer_class(document, context=self.get_serializer_context()).data
        version = getattr(document, "version", None)
        return Response(data, status=status, headers={} if version is None else {"ETag": f'"{version}"'})

    def show_again(self, document: Any, status: int = 200) -> Response:
        """`document` read anew, when a write may have left it half loaded or moved it out of the actor's sight."""
        fresh = self.get_queryset().filter(pk=document.pk).first()
        return self.show(fresh if fresh is not None else document, status)

    # Actions ----------------------------------------------------------------------------------------------------

    def list(self, request: Request, **kwargs: Any) -> Response:
        """One page of the list."""
        rows = self.get_queryset()
        for backend in self.filter_backends:
            rows = backend().filter_queryset(request, rows, self)
        pager = self.pagination_class()
        page = pager.paginate_queryset(rows, request, self)
        data = self.serializer_class(page, many=True, context=self.get_serializer_context()).data
        return pager.get_paginated_response(data)

    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """One document; the id of one that was merged answers with what it became."""
        found = self.get_object()
        lead = current_in(self.get_queryset(), found)
        return self.show(found if lead is None else lead)

    def create(self, request: Request, **kwargs: Any) -> Response | HttpResponse:
        """A new document, made by the room's service."""

        def work() -> Response:
            values = self.validated(self.body())
            made = type(self).create_service(actor=self.actor, **values)  # type: ignore[misc]
            answer = self.show_again(made, status=201)
            answer.headers["Location"] = request.build_absolute_uri(f"{request.path}{made.public_id}/")
            return answer

        return self.write(work)

    def partial_update(self, request: Request, **kwargs: Any) -> Response | HttpResponse:
        """A document changed by the room's service; the caller says which version he saw."""

        def work() -> Response:
            document = self.get_object()
            body = self.body()
            version = self.expected_version(body)
            values = self.validated(body, partial=True)
            changed = type(self).update_service(document, actor=self.actor, version=version, **values)  # type: ignore[misc]
            return self.show_again(changed or document)

        return self.write(work)

    def validated(self, body: dict[str, Any], *, partial: bool = False) -> dict[str, Any]:
        """The body's values for the service, references as objects.

        Raises:
            ValidationError: sentences by field.
        """
        kind = self.write_serializer_class or self.serializer_class
        serializer = kind(data=body, partial=partial, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def expected_version(self, body: dict[str, Any], *, required: bool = True) -> int | None:
        """The version the caller saw, taken out of `body` or from If-Match (`*`: whichever there is).

        Raises:
            PreconditionRequired: the model has versions and the caller names none. InvalidInput: it is no number.
        """
        given: object = body.pop("version", None)
        if given is None:
            header = self.request.headers.get("If-Match", "").strip()
            if header == "*":
                return None
            given = header.removeprefix("W/").strip('"') or None
        if given is None:
            if required and hasattr(self.model, "version"):
                raise PreconditionRequired()
            return None
        text = str(given)
        if isinstance(given, bool) or not text.isascii() or not text.isdigit() or len(text) > 9:
            raise InvalidInput({"version": [_("The version is a whole number.")]})
        return int(text)


def take_body(request: HttpRequest) -> None:
    """Read the body once and keep it, so that parser and Idempotency-Key see the same bytes.

    Raises:
        RequestDataTooBig: it is longer than DATA_UPLOAD_MAX_MEMORY_SIZE; also when it came without its length, which
            Django does not watch.
    """
    if request.META.get("CONTENT_LENGTH"):
        request.body  # noqa: B018  the property keeps what it reads
        return
    raw = request.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    if len(raw) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise RequestDataTooBig
    request._body = raw  # type: ignore[attr-defined]
    request.META["CONTENT_LENGTH"] = str(len(raw))


@cache
def references_of(serializer_class: type[Serializer]) -> tuple[str, ...]:
    """The foreign keys that a serializer shows."""
    fields = serializer_class(context={"actor": ANONYMOUS}).fields.values()
    return tuple(field.source.replace(".", "__") for field in fields if isinstance(field, RefField))
