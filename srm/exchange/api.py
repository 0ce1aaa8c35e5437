"""Imports for programs: what may be imported, upload, mapping, check, faults, apply. Progress is the job's.

The steps are those of the pages and so are the rights: to import at all, and to write what the kind writes. A mapping is
told by headings of the file, as saved mappings are, so that a program need not know where a column stands.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from srm.core.errors import InvalidInput, Missing
from srm.exchange import cleaning, services
from srm.exchange.guessing import fold
from srm.exchange.importer import ImportKind, kind_named, kinds_for
from srm.exchange.mapping import SKIP, Plan, complete
from srm.exchange.models import ImportMapping, ImportRow, ImportRun
from srm.exchange.tables import SORTS, ImportFilter
from srm.rest.errors import InvalidParameters
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, Serializer
from srm.rest.uploads import received_file
from srm.rest.viewsets import ApiView, DocumentViewSet

IMPORT = "exchange.import"
MOST_ROWS = 200


class ColumnSerializer(serializers.Serializer):
    """A column that an import takes."""

    name = serializers.CharField()
    heading = serializers.CharField()
    kind = serializers.CharField(help_text="text, date, quantity, price, amount, ref and so on")
    is_required = serializers.BooleanField()


class KindSerializer(serializers.Serializer):
    """Something that can be imported."""

    name = serializers.CharField()
    title = serializers.CharField()
    columns = ColumnSerializer(many=True)
    treatments = serializers.ListField(child=serializers.CharField(), help_text="What a rule of a mapping may say")
    mappings = serializers.ListField(child=serializers.CharField(), help_text="Names of mappings to choose from")


class ImportSerializer(Serializer):
    """A file on its way in. `titles` are its headings; `mapping` says by heading how it is read."""

    titles = serializers.ListField(child=serializers.CharField(), source="info.titles")
    sheets = serializers.ListField(child=serializers.CharField(), source="info.sheets")
    mapping = serializers.SerializerMethodField()
    job = serializers.CharField(source="job.public_id", allow_null=True, help_text="Its progress: /api/v1/jobs/<job>/")

    class Meta:
        model = ImportRun
        fields = (
            "kind", "state", "file_name", "size", "sha256", "titles", "sheets", "mapping", "total", "good", "rejected",
            "skipped", "imported", "totals", "result", "error", "job", "user", "created_at", "checked_at", "applied_at",
            "version",
        )  # fmt: skip

    def get_mapping(self, run: ImportRun) -> dict[str, Any]:
        """The mapping as it would be saved."""
        return Plan.from_json(run.mapping).saved(run.info["titles"])


class ImportViewSet(DocumentViewSet):
    """Files that were, or are being, imported by this account."""

    model = ImportRun
    serializer_class = ImportSerializer
    permissions = {"view": IMPORT}
    filterset_class = ImportFilter
    sorts = SORTS

    def queryset(self) -> QuerySet:
        """One's own imports of the kinds one may import."""
        kinds = [kind.name for kind in kinds_for(self.actor)]
        return super().queryset().filter(kind__in=kinds).select_related("user", "job")


class _OfImports(ApiView):
    """What the commands on imports share."""

    abstract = True
    permission = IMPORT

    def run(self, id: str) -> ImportRun:
        """The import of this address.

        Raises:
            Missing: there is none, it is somebody else's, or its kind is not the caller's to import.
        """
        kinds = [kind.name for kind in kinds_for(self.actor)]
        rows = ImportRun.objects.visible_to(self.actor).filter(kind__in=kinds).select_related("user", "job")
        found = rows.filter(public_id=id).first()
        if found is None:
            raise Missing()
        return found

    def shown(self, run: ImportRun, status: int = 200) -> Response:
        """An import as the answer."""
        return Response(ImportSerializer(run, context=self.get_serializer_context()).data, status=status)

    def said(self, kind: type[InputSerializer]) -> dict[str, Any]:
        """The body, checked."""
        values = kind(data=self.body(), context=self.get_serializer_context())
        values.is_valid(raise_exception=True)
        return values.validated_data


class KindsView(ApiView):
    """What this account may import."""

    permission = IMPORT

    @extend_schema(operation_id="imports_kinds", responses=KindSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Kinds with their columns and mappings."""
        saved = ImportMapping.objects.visible_to(self.actor).order_by("name").values_list("kind", "name")[:500]
        names: dict[str, list[str]] = {}
        for kind, name in saved:
            names.setdefault(kind, []).append(name)
        return Response([_told(kind, names.get(kind.name, [])) for kind in kinds_for(self.actor)])


class UploadView(_OfImports):
    """Takes a file in; nothing is written before it is applied."""

    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="imports_upload",
        request={
            "multipart/form-data": {
                "type": "object",
                "required": ["file", "kind"],
                "properties": {
                    "file": {"type": "string", "format": "binary", "description": "XLSX or CSV"},
                    "kind": {"type": "string", "description": "A name of imports/kinds/"},
                    "sheet": {"type": "string", "description": "The workbook's sheet; the first when left out"},
                },
            }
        },
        responses={201: ImportSerializer},
    )
    def post(self, request: Request) -> object:
        """The new import, with the mapping that was guessed from the headings."""
        upload, sent, told = received_file(request)
        kind = next((one for one in kinds_for(self.actor) if one.name == sent.get("kind")), None)
        if kind is None:
            raise InvalidInput({"kind": _("Name a kind of import that your role includes; imports/kinds/ lists them.")})
        received = services.receive(upload, kind, sheet=sent.get("sheet", ""))
        return self.write(lambda: self.shown(services.begin(received, kind, actor=self.actor), 201), said=told)


class RuleInput(InputSerializer):
    """Lines whose cell under `title` says `value` are treated as `then`."""

    title = serializers.CharField(max_length=200)
    value = serializers.CharField(max_length=200)
    then = serializers.CharField(max_length=30, help_text=f"A treatment of the kind, or {SKIP}")


class MappingInput(InputSerializer):
    """How the file is read; what is left out stays as it was guessed or as the named mapping says."""

    mapping = serializers.CharField(required=False, max_length=80, help_text="Name of a saved or a built-in mapping")
    columns = serializers.DictField(
        child=serializers.CharField(max_length=200), required=False, help_text="Our column: heading of the file"
    )
    constants = serializers.DictField(
        child=serializers.CharField(max_length=200), required=False, help_text="Our column: what holds for all lines"
    )
    marks = serializers.DictField(
        child=serializers.ChoiceField([".", ","]), required=False, help_text="Our column: its decimal mark"
    )
    orders = serializers.DictField(
        child=serializers.ChoiceField(["dmy", "mdy"]), required=False, help_text="Our column: the order of its dates"
    )
    blanks = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField(max_length=200), max_length=50), required=False,
        help_text="Our column: words that mean nothing",
    )  # fmt: skip
    treats = RuleInput(many=True, required=False)
    save_as = serializers.CharField(required=False, max_length=80, help_text="Keep the mapping under this name")
    shared = serializers.BooleanField(required=False, default=False, help_text="Colleagues may use it, too")


class MappingView(_OfImports):
    """Says how the file is read, and starts the check."""

    @extend_schema(operation_id="imports_map", request=MappingInput, responses=ImportSerializer)
    def post(self, request: Request, id: str) -> object:
        """The import, whose job checks every line now."""

        def work() -> Response:
            run, values = self.run(id), self.said(MappingInput)
            plan = plan_of(run, kind_named(run.kind), values, _saved(run, values.get("mapping", ""), self))
            changed = services.choose_mapping(run, plan, actor=self.actor)
            if values.get("save_as"):
                services.save_mapping(run, plan, values["save_as"], shared=values["shared"], actor=self.actor)
            return self.shown(changed)

        return self.write(work)


class ApplyView(_OfImports):
    """Imports the good lines of a checked file."""

    @extend_schema(operation_id="imports_apply", request=None, responses=ImportSerializer)
    def post(self, request: Request, id: str) -> object:
        """The import, whose job writes the good lines now; 409 before the check has ended."""
        return self.write(lambda: self.shown(services.request_apply(self.run(id), actor=self.actor)))


class CancelView(_OfImports):
    """Gives an import up; what has been imported stays."""

    @extend_schema(operation_id="imports_cancel", request=None, responses=ImportSerializer)
    def post(self, request: Request, id: str) -> object:
        """The cancelled import."""
        return self.write(lambda: self.shown(services.cancel(self.run(id), actor=self.actor)))


class FaultSerializer(serializers.Serializer):
    """What is wrong with a line."""

    column = serializers.CharField(allow_blank=True, help_text="Our column; empty for the line as a whole")
    message = serializers.CharField()


class RowSerializer(serializers.Serializer):
    """A line of the file: what stood there, what was read, what is wrong, what became of it."""

    line = serializers.IntegerField()
    outcome = serializers.ChoiceField(ImportRow.Outcome.choices)
    treatment = serializers.CharField(allow_blank=True)
    cells = serializers.ListField(child=serializers.CharField(), source="raw")
    values = serializers.DictField(source="parsed")
    faults = FaultSerializer(many=True)


class RowsSerializer(serializers.Serializer):
    """Lines in the order of the file; ask again with `after=<next>` until `next` is null."""

    next = serializers.IntegerField(allow_null=True)
    results = RowSerializer(many=True)


class RowsView(_OfImports):
    """The lines of a checked file."""

    parameters = ("outcome", "after")

    @extend_schema(
        operation_id="imports_rows",
        parameters=[
            OpenApiParameter("outcome", OpenApiTypes.STR, enum=ImportRow.Outcome.values, description="Only such lines"),
            OpenApiParameter("after", OpenApiTypes.INT, description="Lines below this one"),
        ],
        responses=RowsSerializer,
    )
    def get(self, request: Request, id: str) -> Response:
        """Up to 200 lines with their faults."""
        run, (outcome, after) = self.run(id), _row_parameters(request)
        rows = list(run.rows_of(outcome).filter(line__gt=after).order_by("line")[: MOST_ROWS + 1])
        data = [
            {"line": row.line, "outcome": row.outcome, "treatment": row.treatment, "values": row.parsed,
             "cells": [cleaning.plain(cell) for cell in row.raw], "faults": row.faults}
            for row in rows[:MOST_ROWS]
        ]  # fmt: skip
        return Response({"next": data[-1]["line"] if len(rows) > MOST_ROWS else None, "results": data})


def plan_of(run: ImportRun, kind: ImportKind, values: dict[str, Any], saved: Any = None) -> Plan:
    """The mapping that a program asks for: the guess, or `saved`, with what it says itself laid over it.

    Raises:
        InvalidInput: a column, a heading or a treatment that does not exist.
    """
    plan, titles = Plan.from_json(run.mapping), run.info["titles"]
    parts = ("columns", "constants", "marks", "orders", "blanks", "treats")
    told = {name: values[name] for name in parts if name in values}
    _refuse_unknown(kind, titles, told)
    base = dict(saved) if saved is not None else plan.saved(titles)
    for name, given in told.items():
        base[name] = given if name in ("columns", "treats") else {**base[name], **given}
    plan = plan.fit(base, titles)
    complete(plan, kind.fields, run.profile)
    return plan


def _refuse_unknown(kind: ImportKind, titles: list[str], told: dict[str, Any]) -> None:
    ours, theirs = {column.name for column in kind.fields}, {fold(title) for title in titles}
    treatments = {SKIP, *(name for name, _label in kind.treatments)}
    errors: dict[str, list[str]] = {}
    for part in ("columns", "constants", "marks", "orders", "blanks"):
        for name in told.get(part, {}):
            if name not in ours:
                errors.setdefault(part, []).append(_("There is no column “%(name)s”.") % {"name": name[:60]})
    headings = [*told.get("columns", {}).values(), *(rule["title"] for rule in told.get("treats", ()))]
    if unknown := [one for one in headings if fold(one) not in theirs]:
        errors["titles"] = [_("The file has no heading “%(title)s”.") % {"title": one[:60]} for one in unknown]
    if wrong := [rule["then"] for rule in told.get("treats", ()) if rule["then"] not in treatments]:
        offered = ", ".join(sorted(treatments))
        errors["treats"] = [_("“%(then)s” is no treatment. Known: %(known)s.") % {"then": wrong[0], "known": offered}]
    if errors:
        raise InvalidInput(errors)


def _saved(run: ImportRun, name: str, view: ApiView) -> Any:
    """The mapping of that name: built in, one's own, a colleague's, in this order.

    Raises:
        InvalidInput: there is none.
    """
    if not name:
        return None
    if (shipped := kind_named(run.kind).presets.get(name)) is not None:
        return shipped
    rows = ImportMapping.objects.visible_to(view.actor).filter(kind=run.kind, name=name)
    found = sorted(rows, key=lambda one: one.user_id != view.actor.user_id)
    if not found:
        raise InvalidInput({"mapping": _("There is no mapping of that name; imports/kinds/ lists them.")})
    return found[0].mapping


def _row_parameters(request: Request) -> tuple[str, int]:
    outcome, after = request.query_params.get("outcome", ""), request.query_params.get("after", "0")
    errors: dict[str, list] = {}
    if outcome and outcome not in ImportRow.Outcome.values:
        errors["outcome"] = [_("One of: %(known)s.") % {"known": ", ".join(ImportRow.Outcome.values)}]
    if not (after.isascii() and after.isdigit() and len(after) < 9):
        errors["after"] = [_("The number of a line.")]
    if errors:
        raise InvalidParameters(errors)
    return outcome, int(after)


def _told(kind: ImportKind, mappings: list[str]) -> dict[str, Any]:
    return {
        "name": kind.name,
        "title": str(kind.title),
        "columns": [
            {"name": one.name, "heading": str(one.heading(kind.model)), "kind": one.kind, "is_required": one.required}
            for one in kind.fields
        ],
        "treatments": [SKIP, *(name for name, _label in kind.treatments)],
        "mappings": [*kind.presets, *mappings],
    }


register("imports", ImportViewSet)
register_view("imports/kinds/", KindsView, "imports-kinds")
register_view("imports/upload/", UploadView, "imports-upload")
register_view("imports/<str:id>/mapping/", MappingView, "imports-mapping")
register_view("imports/<str:id>/apply/", ApplyView, "imports-apply")
register_view("imports/<str:id>/cancel/", CancelView, "imports-cancel")
register_view("imports/<str:id>/rows/", RowsView, "imports-rows")
