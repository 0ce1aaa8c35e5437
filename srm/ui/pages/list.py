"""Lists: filters, saved views, sorting by key, chosen columns, bulk moves, export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from srm.core.errors import NotAllowed
from srm.ui import keyset, preferences
from srm.ui.links import url_of
from srm.ui.pages.base import Page
from srm.ui.slots import Action, first, gather
from srm.ui.tables import Rendered, Table

RESERVED = frozenset({"sort", "cursor", "export", "view"})


@dataclass(frozen=True)
class Tab:
    """A standard or saved view of a list."""

    key: str
    label: object
    query: str
    active: bool
    remove_id: str = ""


class ListPage(Page):
    """A list of `model`: see srm.ui for what a room declares."""

    abstract = True
    kind = "list"
    template = "ui/list.html"
    table: type[Table]
    filterset: Any = None
    sorts: ClassVar[Mapping[str, Sequence[str]]] = {"-id": ("-id",)}
    create_label: Any = ""
    create_url: str = ""
    create_permission: str = ""
    empty: tuple[Any, ...] = (_("Nothing here yet."), "")
    sheet: Any = None  # left out, the table's columns are what is exported
    exportable: bool = True
    export_permission: str = "exchange.export"
    bulk_moves: Sequence[str] = ()
    views: ClassVar[Sequence[tuple[str, Any, dict[str, str]]]] = ()
    per_page = 25

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.sorts = keyset.sorts_of(self.sorts, self.filterset, request.GET.get("q", "").strip())  # type: ignore[misc]

    @classmethod
    def default_route(cls) -> str:
        return "" if cls.model is not None else super().default_route()

    def heading(self) -> Any:
        return self.title or self.model._meta.verbose_name_plural  # type: ignore[union-attr]

    # -- what is shown -----------------------------------------------------

    @cached_property
    def filters(self) -> Any:
        """The bound filter set, or None when the list has none."""
        if self.filterset is None:
            return None
        return self.filterset(self.request.GET, queryset=self.queryset(), request=self.request, actor=self.actor)

    def rows(self) -> QuerySet:
        """The filtered rows, unordered and uncut."""
        return self.filters.qs if self.filters else self.queryset()

    def decorate(self, rows: QuerySet) -> QuerySet:
        """Annotate the rows of this page alone; override for costly columns."""
        return rows

    @cached_property
    def sort(self) -> str:
        asked = self.request.GET.get("sort", "")
        return asked if asked in self.sorts else next(iter(self.sorts))

    @cached_property
    def slice(self) -> keyset.Slice:
        """The page of rows the address asks for."""
        decorated = type(self).decorate is not ListPage.decorate
        return keyset.paginate(
            self.rows(), sorts=self.sorts, sort=self.sort, cursor=self.request.GET.get("cursor", ""),
            per_page=self.per_page, decorate=self.decorate if decorated else None,
        )  # fmt: skip

    @cached_property
    def rendered(self) -> Rendered:
        chosen = preferences.columns_of(self.request.user, self.url_name())
        return Rendered(
            self.table, self.slice.rows, actor=self.actor, chosen=chosen, sorts=self.sorts, sort=self.sort,
            query=self.query_without("cursor", "sort"), link=self.row_url, ticks=bool(self.bulk),
        )  # fmt: skip

    def row_url(self, row: Any) -> str | None:
        """Where a row leads."""
        return url_of(row)

    # -- around the rows ---------------------------------------------------

    @cached_property
    def bulk(self) -> list[Action]:
        return list(gather("bulk", self.model, tuple(self.bulk_moves), self.actor)) if self.bulk_moves else []

    @property
    def may_export(self) -> bool:
        exported = self.sheet is not None or (self.exportable and self.table is not None)
        return bool(exported and first("export") and self.actor.may(self.export_permission))

    def create_action(self) -> Action | None:
        """The button for a new one, for those who may."""
        page = Page.registered.get((self.model, "create"))  # type: ignore[arg-type]
        permission = self.create_permission or (page.permission if page else "")
        if not self.create_label or not permission or not self.actor.may(permission):
            return None
        from django.urls import reverse

        address = reverse(self.create_url) if self.create_url else url_of(self.model, "create")
        return Action("create", self.create_label, address or "", tone="primary", key="n") if address else None

    def actions(self) -> list[Action]:
        """Buttons at the top right."""
        create = self.create_action()
        return [create] if create else []

    def above(self) -> tuple[str, dict] | None:
        """A template above the list: figures, a chart."""
        return None

    def tabs(self) -> list[Tab]:
        """All, the standard views, the user's own."""
        now = self.query_without("cursor", "sort", "view")
        found = [Tab("", _("All"), "", not now)]
        for key, label, values in self.views:
            query = _encoded(values)
            found.append(Tab(key, label, query, query == now))
        for saved in preferences.saved_views(self.request.user, self.url_name()):
            found.append(Tab(saved.public_id, saved.name, saved.query, saved.query == now, saved.public_id))
        return found

    def query_without(self, *names: str) -> str:
        """The address's query in one canonical order, without `names` and empty values."""
        kept: list[tuple[str, str]] = []
        for name in sorted(self.request.GET):
            if name not in names:
                kept += [(name, value) for value in self.request.GET.getlist(name) if value != ""]
        return _encoded(kept)

    def context(self) -> dict[str, Any]:
        above = self.above()
        if above:
            from django.template.loader import render_to_string

            above_html = render_to_string(above[0], {"page": self, **above[1]}, self.request)
        else:
            above_html = ""
        return {
            **super().context(), "tabs": self.tabs(), "table": self.rendered, "slice": self.slice,
            "filters": self.filters, "chips": self.filters.chips() if self.filters else [], "actions": self.actions(),
            "bulk": self.bulk, "query": self.query_without("cursor"), "plain_query": self.query_without("cursor", "sort"),
            "is_filtered": bool(self.query_without(*RESERVED)), "above": above_html,
        }  # fmt: skip

    # -- answers -----------------------------------------------------------

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("export"):
            return self.export()
        if getattr(request, "htmx", None) and request.htmx.target == "list":  # type: ignore[attr-defined]
            return render(request, "ui/_list.html", self.context())
        return self.show()

    def export(self) -> HttpResponseBase:
        """What is shown, as a file; a right of its own."""
        exporter = first("export")
        if not self.may_export or exporter is None:
            raise NotAllowed()
        return exporter(type(self), self.exported(), self.actor, self.request)

    def exported(self) -> QuerySet:
        """The rows of the file, in the list's order; override to read along what its columns need."""
        keys = keyset.keys_of(self.model, self.sorts[self.sort])  # type: ignore[arg-type]
        return self.rows().order_by(*(key.order() for key in keys))


def _encoded(values: Mapping[str, str] | Sequence[tuple[str, str]]) -> str:
    query = QueryDict(mutable=True)
    for name, value in sorted(values.items() if isinstance(values, Mapping) else values):
        query.appendlist(name, value)
    return query.urlencode()
