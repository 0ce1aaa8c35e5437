"""Pages of imports and exports."""

from __future__ import annotations

import tempfile
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.exchange import exports, reports, services
from srm.exchange.forms import MappingForm, UploadForm
from srm.exchange.importer import ImportKind, kind_named, kinds_for
from srm.exchange.mapping import Plan, complete
from srm.exchange.models import Export, ImportMapping, ImportRun
from srm.exchange.tables import SORTS, ExportFilter, ExportTable, ImportFilter, ImportTable, kind_title
from srm.exchange.templates import template_of_kind
from srm.files.serving import download
from srm.jobs.views import progress_of
from srm.ui.links import url_of
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, CreatePage, DetailPage, ListPage, Page
from srm.ui.slots import Action, Step, unit_of_work

State = ImportRun.State
XLSX = exports.TYPES["xlsx"]


@menu("know", gettext_lazy("Imports"), order=80)
class ImportList(ListPage):
    """Files that were, or are being, imported."""

    exportable = False
    model = ImportRun
    permission = "exchange.import"
    table = ImportTable
    filterset = ImportFilter
    sorts = SORTS
    create_label = gettext_lazy("New import")
    empty = (
        gettext_lazy("No imports yet."),
        gettext_lazy("Bring in a list from Excel or another system: you see every fault before anything is written."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("user")


class ImportCreate(CreatePage):
    """Upload a file."""

    model = ImportRun
    permission = "exchange.import"
    template = "exchange/upload.html"
    title = gettext_lazy("New import")
    submit = gettext_lazy("Upload")
    done = ""
    drafts = False
    form = UploadForm

    def call(self, cleaned: dict[str, Any]) -> ImportRun:
        return services.begin(self.received, kind_named(cleaned["kind"]), actor=self.actor)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The file is read before the transaction opens."""
        if self.bound.is_valid():
            kind = kind_named(self.bound.cleaned_data["kind"])
            try:
                self.received = services.receive(self.bound.cleaned_data["file"], kind)
            except InvalidInput as fault:
                self.mark(fault)
                return self.show(status=fault.status)
        return super().post(request, *args, **kwargs)

    def after(self, result: Any) -> str:
        return reverse("exchange:importrun-columns", args=[result.public_id])

    def context(self) -> dict[str, Any]:
        return {**super().context(), "kinds": kinds_for(self.actor)}


class Template(Page):
    """An XLSX to fill in for one kind of import."""

    permission = "exchange.import"
    name = "template"
    route = "templates/<slug:kind>/"
    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        kind = kind_named(kwargs["kind"])
        kind.require(self.actor)
        file = tempfile.TemporaryFile()  # noqa: SIM115  the answer closes it
        template_of_kind(file, kind)
        size = file.tell()
        file.seek(0)
        return download(request, file, name=f"{kind.name}.xlsx", content_type=XLSX, size=size)


class _OfImport(Page):
    """A page of one import, for who may import what it holds."""

    abstract = True
    model = ImportRun
    permission = "exchange.import"

    def load(self) -> Any:
        found = super().load()
        kind_named(found.kind).require(self.actor)  # type: ignore[attr-defined]
        return found

    @cached_property
    def import_kind(self) -> ImportKind:
        """The kind of this import."""
        return kind_named(self.object.kind)


class ImportDetail(_OfImport, DetailPage):
    """How far an import is: its job, its lines with their faults, its result."""

    facts = ["user", "created_at", "size", "checked_at", "applied_at"]
    overview_template = "exchange/_import.html"

    def eyebrow(self) -> list[Any]:
        return [kind_title(self.object), _("Import")]

    def fact_size(self) -> Any:
        from django.template.defaultfilters import filesizeformat

        return filesizeformat(self.object.size)

    def steps(self) -> list[Step]:
        order = [State.UPLOADED, State.MAPPED, State.CHECKED, State.APPLIED]
        labels = [_("Upload"), _("Columns"), _("Check"), _("Import")]
        state = {State.APPLYING: State.CHECKED, State.FAILED: State.UPLOADED, State.CANCELLED: None}.get(
            self.object.state, self.object.state
        )
        reached = order.index(state) if state else -1
        return [
            Step(label, "done" if number <= reached else "now" if number == reached + 1 else "next")
            for number, label in enumerate(labels)
        ]

    def actions(self) -> list[Action]:
        run, found = self.object, []
        if run.state in (*ImportRun.EDITABLE, State.APPLYING):
            found.append(Action("cancel", _("Give up"), url_of(run, "cancel") or "", tone="danger"))
        if run.state in ImportRun.EDITABLE:
            tone = "primary" if run.state in (State.UPLOADED, State.FAILED) else "neutral"
            found.append(Action("columns", _("Columns"), url_of(run, "columns") or "", tone=tone))
        if run.state == State.CHECKED:
            label = _("Import %(n)d lines") % {"n": run.good}
            reasons: list[object] = [] if run.good else [_("There is no good line to import.")]
            found.append(
                Action("apply", label, url_of(run, "apply") or "", tone="primary", allowed=not reasons, reasons=reasons)
            )
        return found

    def warnings(self) -> list[Any]:
        run = self.object
        found = [run.error] if run.error else []
        same = ImportRun.objects.visible_to(self.actor).filter(kind=run.kind, sha256=run.sha256, state=State.APPLIED)
        if run.state != State.APPLIED and (earlier := same.exclude(pk=run.pk).first()):
            found.append(
                _("The same file has been imported already, on %(day)s.") % {"day": f"{earlier.applied_at:%Y-%m-%d}"}
            )
        return found

    def tab_context(self) -> dict[str, Any]:
        if self.tab != "overview":
            return super().tab_context()
        run = self.object
        job = run.job
        shown = {
            "run": run,
            "reasons": reports.reasons(run),
            "progress": progress_of(job) if job and job.is_open else None,
            "totals": [] if run.result else run.figures("totals"),
            "result": run.figures("result"),
        }
        if run.total:
            shown["preview"] = reports.preview(
                run,
                self.import_kind,
                only_faults=self.request.GET.get("faults") == "1",
                after=_number(self.request.GET.get("after")),
            )
        return {**super().tab_context(), **shown}


class ImportColumns(_OfImport):
    """Which column of the file is which of ours, how it is written, which lines are special."""

    name = "columns"
    loads_object = True
    template = "exchange/columns.html"

    def heading(self) -> Any:
        return _("Columns of %(file)s") % {"file": self.object.file_name}

    @cached_property
    def mappings(self) -> list[ImportMapping]:
        """Mappings for this kind: those that ship with it, and saved ones."""
        shipped = [
            ImportMapping(public_id=f"preset-{name}", kind=self.object.kind, name=name, mapping=saved)
            for name, saved in self.import_kind.presets.items()
        ]
        saved = ImportMapping.objects.visible_to(self.actor).filter(kind=self.object.kind).order_by("name")
        return [*shipped, *saved]

    def chosen_mapping(self) -> ImportMapping | None:
        """The saved mapping that the address asks for."""
        asked = self.request.GET.get("mapping", "")
        return next((one for one in self.mappings if one.public_id == asked), None)

    def mapping_in_use(self) -> ImportMapping | None:
        """The one chosen, or the one whose columns the present mapping has: one that ships may have been taken."""
        if (chosen := self.chosen_mapping()) is not None:
            return chosen
        run = self.object
        columns = Plan.from_json(run.mapping).saved(run.info["titles"])["columns"]
        return next((one for one in self.mappings if one.mapping["columns"] == columns), None)

    def form(self) -> MappingForm:
        """The mapping as it stands, or fitted from a saved one."""
        run = self.object
        plan = Plan.from_json(run.mapping)
        if (saved := self.chosen_mapping()) is not None:
            plan = plan.fit(saved.mapping, run.info["titles"])
            complete(plan, self.import_kind.fields, run.profile)
        return MappingForm(self.import_kind, run.info["titles"], run.profile, plan)

    def context(self) -> dict[str, Any]:
        return {
            **super().context(), "run": self.object, "form": self.form(), "mappings": self.mappings,
            "chosen": self.mapping_in_use(), "back_url": url_of(self.object), "version": self.object.version,
            "heading_line": self.object.mapping.get("heading", 0) + 1,
        }  # fmt: skip

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        run, data = self.object, request.POST
        if "look" in data:
            return self.look_again(data)
        form = MappingForm.read(self.import_kind, run.info["titles"], run.profile, run.mapping.get("heading", 0), data)
        complete(form.plan, self.import_kind.fields, run.profile)
        if "refresh" in data:
            return render(request, "exchange/_columns.html", {**self.context(), "form": form})
        try:
            with unit_of_work():
                services.choose_mapping(run, form.plan, actor=self.actor, version=_number(data.get("version")) or None)
                if name := data.get("save_as", "").strip():
                    services.save_mapping(run, form.plan, name, shared="shared" in data, actor=self.actor)
        except InvalidInput as fault:
            form.errors = {name: [str(one) for one in found] for name, found in fault.errors.items()}
            return self.show(status=fault.status, form=form, save_as=data.get("save_as", ""))
        return HttpResponseRedirect(url_of(run) or "/")

    def look_again(self, data: Any) -> HttpResponseBase:
        """Take another sheet of the file, or another line as its heading."""
        line = _number(data.get("heading"))
        seen = services.look_again(self.object, sheet=data.get("sheet", ""), heading=line - 1 if line else None)
        with unit_of_work():
            services.choose_table(self.object, seen, actor=self.actor)
        return HttpResponseRedirect(url_of(self.object, "columns") or "/")


class ImportApply(_OfImport, ActionPage):
    """Import the good lines."""

    name = "apply"
    loads_object = True
    submit = gettext_lazy("Import")
    done = ""

    def heading(self) -> Any:
        return _("Import %(n)d lines") % {"n": self.object.good}

    def context(self) -> dict[str, Any]:
        run = self.object
        ask = _(
            "%(good)d lines are imported. %(rejected)d lines with faults stay out; you can correct and send them again."
        )
        return {**super().context(), "ask": ask % {"good": run.good, "rejected": run.rejected}}

    def act(self, form: Any) -> ImportRun:
        return services.request_apply(self.object, actor=self.actor)


class ImportCancel(_OfImport, ActionPage):
    """Give an import up."""

    name = "cancel"
    loads_object = True
    title = gettext_lazy("Give up this import")
    ask = gettext_lazy("Nothing more is imported from this file. What has been imported stays.")
    submit = gettext_lazy("Give up")
    done = ""
    tone = "danger"

    def act(self, form: Any) -> ImportRun:
        return services.cancel(self.object, actor=self.actor)


class FaultReport(_OfImport):
    """The rejected lines as XLSX."""

    name = "faults"
    loads_object = True
    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        file = tempfile.TemporaryFile()  # noqa: SIM115  the answer closes it
        reports.write_fault_report(self.object, self.import_kind, file)
        size = file.tell()
        file.seek(0)
        stem = self.object.file_name.rpartition(".")[0]
        return download(request, file, name=f"{stem}-{_('faults')}.xlsx", content_type=XLSX, size=size)


class MappingRemove(ActionPage):
    """Forget a saved mapping."""

    model = ImportMapping
    permission = "exchange.import"
    name = "remove"
    route = "mappings/<str:public_id>/remove/"
    title = gettext_lazy("Delete the saved mapping")
    ask = gettext_lazy("Imports made with it stay as they are.")
    submit = gettext_lazy("Delete")
    done = gettext_lazy("Deleted.")
    tone = "danger"

    def back_url(self) -> str:
        return url_of(ImportRun, "list") or "/"

    def act(self, form: Any) -> str:
        services.forget_mapping(self.object, actor=self.actor)
        return self.back_url()


@menu("know", gettext_lazy("Exports"), order=85)
class ExportList(ListPage):
    """Who took which rows out when."""

    exportable = False
    model = Export
    permission = "exchange.export"
    table = ExportTable
    filterset = ExportFilter
    sorts = SORTS
    name = "list"
    route = "exports/"
    empty = (
        gettext_lazy("No exports yet."),
        gettext_lazy("Every list has a button for it; each export is noted here."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("user")

    def row_url(self, row: Export) -> str | None:
        return reverse("exchange:export-file", args=[row.public_id]) if row.storage_name else None


class ExportFile(Page):
    """The file of a long export, for who made it."""

    model = Export
    permission = "exchange.export"
    name = "file"
    route = "exports/<str:public_id>/file/"
    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        made = self.object
        if made.user_id != self.actor.user_id:
            raise NotAllowed(_("Only who made an export may fetch its file."))
        if not made.storage_name:
            raise RuleBroken([_("This file is not kept any more. Export the list again.")])
        file = default_storage.open(made.storage_name)
        return download(
            request, file, name=exports.file_name(made), content_type=exports.TYPES[made.format], size=made.size
        )


def _number(text: Any) -> int:
    return int(text) if isinstance(text, str) and text.isdigit() and len(text) < 9 else 0
