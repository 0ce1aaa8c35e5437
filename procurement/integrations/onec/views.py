"""The page of the catalog exchange: download, upload."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from procurement.integrations.onec import services
from srm.flow.uow import unit_of_work
from srm.jobs import services as jobs
from srm.ui import forms
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, Page


class CatalogForm(forms.Form):
    """A CommerceML file."""

    file = django_forms.FileField(label=_("File"), help_text=_("CommerceML 2, as 1C and Bitrix write it (import.xml)."))


@menu("settings", _("1C catalog"), order=60)
class CatalogExchange(ActionPage):
    """Send the catalog to 1C, take it from there."""

    permission = "catalog.edit"
    room = "onec"
    name = "catalog"
    route = ""
    title = _("Catalog exchange with 1C")
    template = "procurement/integrations/onec.html"
    form = CatalogForm
    submit = _("Take the catalog")
    done = ""
    drafts = False

    def act(self, form: CatalogForm) -> Any:
        """Keep the file and read it in the background; what is no catalog is refused at once."""
        name = services.keep(form.cleaned_data["file"])
        return jobs.enqueue("onec.import", actor=self.actor, name=name)


class CatalogFile(Page):
    """The catalog as a file."""

    permission = "exchange.export"
    room = "onec"
    name = "file"
    route = "import.xml"
    title = _("Catalog")

    def get(self, request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        entity = services.owner()
        body = services.export_catalog(actor=self.actor, legal_entity=entity)
        with unit_of_work():
            services.note_export(entity, actor=self.actor)
        headers = {"Content-Disposition": 'attachment; filename="import.xml"', "Cache-Control": "private, no-store"}
        return HttpResponse(body, content_type="application/xml", headers=headers)
