"""The head's pages: what each buyer has on his table, and handing it over."""

from __future__ import annotations

import io
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.planning import forms, work
from srm.exchange.sheets import about_facts
from srm.exchange.writers import Column, XlsxBook
from srm.org.selectors import stand_ins_of
from srm.people.models import User
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, Page
from srm.ui.slots import Action

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@menu("sourcing", gettext_lazy("Team load"), order=17)
class Team(Page):
    """A row for each buyer: open needs, running work, what is late, until when he is away."""

    permission, name, route, title = work.ASSIGN, "team", "team/", gettext_lazy("Team load")
    template = "procurement/planning/team.html"

    def context(self) -> dict[str, Any]:
        return {
            **super().context(), "loads": work.team(self.actor), "columns": work.columns(),
            "hand_over_url": reverse("planning:hand-over"),
            "actions": [
                Action("hand_over", _("Hand over"), reverse("planning:hand-over"), tone="primary"),
                Action("export", _("Export"), reverse("planning:team-file")),
            ],
        }  # fmt: skip


class TeamFile(Page):
    """The same as a workbook."""

    permission, name, route = work.ASSIGN, "team-file", "team.xlsx"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        stream = io.BytesIO()
        columns = [
            Column(_("Buyer"), "text", 26), Column(_("Open needs"), "quantity"), Column(_("Worth about"), "amount"),
            Column(_("Overdue"), "quantity"), *[Column(str(one.label), "quantity") for one in work.columns()],
            Column(_("Away until"), "date"), Column(_("Stand-in"), "text", 26),
        ]  # fmt: skip
        rows = [
            [
                load.buyer.name if load.buyer else _("Nobody yet"), load.needs, load.worth, load.overdue,
                *[n for _label, n in load.cells], load.absence.ends_on if load.absence else None,
                load.absence.stand_in.name if load.absence else "",
            ]
            for load in work.team(self.actor)
        ]  # fmt: skip
        with XlsxBook(stream) as book:
            count = book.write_table(_("Team load"), columns, rows)
            book.write_facts(_("About"), about_facts(_("Team load"), self.actor, count, []))
        headers = {"Content-Disposition": 'attachment; filename="team.xlsx"', "Cache-Control": "private, no-store"}
        return HttpResponse(stream.getvalue(), content_type=XLSX, headers=headers)


class HandOver(ActionPage):
    """Open work of a buyer, or what is for nobody yet, goes to a colleague; on absence the stand-in is proposed."""

    permission, name, route, title = work.ASSIGN, "hand-over", "team/hand-over/", gettext_lazy("Hand over")
    form = forms.HandOverForm
    ask = gettext_lazy("Both are told. Every document keeps in its history who handed it over.")
    submit = gettext_lazy("Hand over")

    def initial(self) -> dict[str, Any]:
        source = User.objects.filter(public_id=self.request.GET.get("source", "")).first()
        proposed = stand_ins_of([source]).get(source.pk, []) if source else []
        what = [name for name, _label in forms.what_can_be_handed_over() if name != work.CATEGORIES]
        return {"source": source, "target": proposed[0] if proposed else None, "what": what, **super().initial()}

    def back_url(self) -> str:
        return reverse("planning:team")

    def act(self, form: Any) -> str:
        values = form.cleaned_data
        done = work.hand_over(
            actor=self.actor, source=values["source"], target=values["target"], what=values["what"],
            category=values["category"], note=values["note"],
        )  # fmt: skip
        labels = dict(forms.what_can_be_handed_over())
        told = ", ".join(f"{labels[name]}: {n}" for name, n in done.items())
        messages.success(
            self.request, _("Handed over to %(who)s. %(what)s") % {"who": values["target"].name, "what": told}
        )
        return reverse("planning:team")
