"""Pages of code lists: looking codes up, loading a list."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.catalog.codes import services
from srm.catalog.codes.models import SYSTEMS, Code
from srm.exchange.columns import Col
from srm.exchange.readers import read_table
from srm.exchange.sheets import Sheet
from srm.ui import filters, forms, tables
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, ListPage, routes
from srm.ui.slots import Action

VIEW, EDIT = "catalog.view", "catalog.edit"


class CodeFilter(filters.FilterSet):
    ranked = True
    system = filters.CharFilter(label=gettext_lazy("List"))

    class Meta:
        model = Code
        fields: list[str] = []


class CodeTable(tables.Table):
    code = tables.TextColumn()
    name = tables.TextColumn(gettext_lazy("Name"), wide=True)
    list_name = tables.TextColumn(gettext_lazy("List"))

    class Meta:
        model = Code


class CodeSheet(Sheet):
    """A list as it can be loaded again."""

    model = Code
    columns = [Col("system"), Col("code"), Col("name_en"), Col("name_ru"), Col("name_bg")]


@menu("settings", gettext_lazy("Code lists"), order=62, permission=EDIT)
class CodeList(ListPage):
    model, permission, title = Code, VIEW, gettext_lazy("Code lists")
    table, filterset, sheet = CodeTable, CodeFilter, CodeSheet
    sorts = {"code": ("code", "id"), "-code": ("-code", "-id")}
    views = [(system, name, {"system": system}) for system, name in SYSTEMS.items()]
    empty = (
        gettext_lazy("No code lists yet."),
        gettext_lazy("Load CPV, ОКПД2, UNSPSC or a list of your own from a file with codes and names."),
    )

    def row_url(self, row: Code) -> str | None:
        return None

    def actions(self) -> list[Action]:
        load = Action("load", _("Load a list"), reverse("catalog:code-load"), tone="primary")
        return [*super().actions(), *([load] if self.actor.may(EDIT) else [])]


class LoadForm(forms.Form):
    """A file, and which list it is."""

    system = forms.CharField(
        label=gettext_lazy("List"), max_length=20, initial="cpv",
        help_text=gettext_lazy("cpv, okpd2, unspsc, or a short name for a list of your own."),
    )  # fmt: skip
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV or XLSX with a heading: code and name, or code, en, ru, bg."),
    )


class LoadCodes(ActionPage):
    model, permission, name, route = Code, EDIT, "load", "load/"
    title, submit, done = gettext_lazy("Load a code list"), gettext_lazy("Load"), ""
    form = LoadForm

    def act(self, form: LoadForm) -> str:
        sent = form.cleaned_data["file"]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "list"
            with path.open("wb") as stream:
                for chunk in sent.chunks():
                    stream.write(chunk)
            with read_table(path, name=sent.name) as table:
                loaded = services.load_codes(table, system=form.cleaned_data["system"], actor=self.actor)
        values: dict[str, Any] = {"count": loaded.count, "added": loaded.added, "changed": loaded.changed}
        messages.success(
            self.request, _("%(count)d codes read: %(added)d added, %(changed)d with other names.") % values
        )
        return f"{reverse('catalog:code-list')}?system={loaded.system}"


ROUTES = routes(CodeList, LoadCodes, prefix="codes/")
