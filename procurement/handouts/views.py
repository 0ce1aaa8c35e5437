"""Pages of promises: what waits in the store for whom, handing it out with one tap."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.handouts import exchange, filters, forms, services, tables
from procurement.handouts.models import Promise
from procurement.requests.models import PurchaseRequest
from srm.core import clock
from srm.core.actor import Actor
from srm.ui import formats
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, DetailPage, ListPage
from srm.ui.slots import Action

VIEW, HAND_OUT, RELEASE = "handouts.view", "handouts.hand_out", "handouts.release"
SHOWN = (
    "item__base_unit", "warehouse__legal_entity", "request_line__request__requester", "request_line__request__department",
)  # fmt: skip
MANY = 99


def due(actor: Actor) -> int:
    """How many promises should leave the store by tonight, for whoever hands out; counted to a hundred."""
    if not actor.may(HAND_OUT):
        return 0
    rows = Promise.objects.visible_to(actor).waiting().filter(need_by__lte=clock.today())
    return rows[: MANY + 1].count()


@menu("buying", gettext_lazy("Hand out"), order=28, count=due)
class PromiseList(ListPage):
    model, permission, title = Promise, VIEW, gettext_lazy("Hand out")
    table, filterset, sheet = tables.PromiseTable, filters.PromiseFilter, exchange.PromiseSheet
    sorts = {"need_by": ("need_by", "id"), "-need_by": ("-need_by", "-id")}
    views = [("due", gettext_lazy("Due"), {"due": "on"})]
    empty = (
        gettext_lazy("Nothing waits to be handed out."),
        gettext_lazy("What the store covers of approved requests shows here, the most urgent first."),
    )

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if request.actor.may(HAND_OUT):
            self.table = tables.HandOutTable

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*SHOWN)

    def above(self) -> tuple[str, dict] | None:
        return ("procurement/handouts/_form.html", {"name": tables.FORM}) if self.actor.may(HAND_OUT) else None


class PromiseDetail(DetailPage):
    """One promise, and what can be done with it."""

    model, permission = Promise, VIEW
    facts = [
        ("request", gettext_lazy("Request")), ("requester", gettext_lazy("Requester")),
        ("department", gettext_lazy("Department")), "item", "warehouse",
        ("promised", gettext_lazy("Promised")), ("handed", gettext_lazy("Handed out")),
        ("waits", gettext_lazy("Waits")), "need_by", "origin",
    ]  # fmt: skip

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*SHOWN)

    def heading(self) -> Any:
        return self.object.item.name

    @property
    def request_document(self) -> PurchaseRequest:
        """Whose need it is."""
        return self.object.request_line.request

    def fact_request(self) -> Any:
        return f"{self.request_document.number} {self.request_document.title}".strip()

    def fact_requester(self) -> Any:
        return self.request_document.requester.name

    def fact_department(self) -> Any:
        return self.request_document.department.name

    def fact_promised(self) -> str:
        return formats.quantity(self.object.quantity, self.object.item.base_unit)

    def fact_handed(self) -> str:
        return formats.quantity(self.object.handed_out, self.object.item.base_unit)

    def fact_waits(self) -> str:
        return formats.quantity(self.object.rest, self.object.item.base_unit)

    def actions(self) -> list[Action]:
        found = []
        if self.object.handed_out and self.actor.may(HAND_OUT):
            found.append(self._action("put-back", _("Put back")))
        if self.object.rest and self.actor.may(RELEASE):
            found.append(self._action("let-go", _("Let go")))
        if self.object.rest and self.actor.may(HAND_OUT):
            found.append(self._action("hand-out", _("Hand out"), tone="primary"))
        return found

    def _action(self, name: str, label: str, tone: str = "") -> Action:
        return Action(name, label, reverse(f"handouts:promise-{name}", args=[self.object.public_id]), tone=tone)


class _OnPromise(ActionPage):
    """Something done to one promise."""

    abstract = True
    model = Promise
    loads_object = True

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*SHOWN)

    def eyebrow(self) -> list[Any]:
        return [self.object.request_line.request.number, self.object.item.name]

    @property
    def ask(self) -> str:  # type: ignore[override]
        request, unit = self.object.request_line.request, self.object.item.base_unit
        return _("%(rest)s wait in %(warehouse)s for %(who)s (%(title)s), %(done)s were handed out.") % {
            "rest": formats.quantity(self.object.rest, unit), "warehouse": self.object.warehouse,
            "who": request.requester.name, "title": request.title,
            "done": formats.quantity(self.object.handed_out, unit),
        }  # fmt: skip


class HandOut(_OnPromise):
    """So much of a promise, to whom, when."""

    permission, name = HAND_OUT, "hand-out"
    title, submit, done = gettext_lazy("Hand out"), gettext_lazy("Hand out"), gettext_lazy("Handed out.")
    form = forms.HandOutForm

    def initial(self) -> dict[str, Any]:
        return {"quantity": self.object.rest}

    def act(self, form: Any) -> str:
        services.hand_out(self.object, actor=self.actor, **form.cleaned_data)
        return reverse("handouts:promise-list")


class HandOutAll(_OnPromise):
    """All that is left, with one tap on the list."""

    permission, name = HAND_OUT, "hand-out-all"
    title, submit, done = gettext_lazy("Hand out"), gettext_lazy("Hand out"), gettext_lazy("Handed out.")

    def act(self, form: Any) -> str:
        services.hand_out(self.object, actor=self.actor)
        return reverse("handouts:promise-list")


class PutBack(_OnPromise):
    """What was handed out comes back, and is kept for the same need."""

    permission, name, done = HAND_OUT, "put-back", gettext_lazy("It lies in the store again.")
    title, submit = gettext_lazy("Put back into the store"), gettext_lazy("Put back")
    form = forms.BackForm

    def initial(self) -> dict[str, Any]:
        return {"quantity": self.object.handed_out}

    def act(self, form: Any) -> Model:
        return services.put_back(self.object, actor=self.actor, **form.cleaned_data)


class LetGo(_OnPromise):
    """What is kept is free again, and the need is open."""

    permission, name = RELEASE, "let-go"
    title, submit = gettext_lazy("Let go"), gettext_lazy("Let go")
    done = gettext_lazy("The stock is free again, and the need is open.")
    form = forms.BackForm

    def initial(self) -> dict[str, Any]:
        return {"quantity": self.object.rest}

    def act(self, form: Any) -> Model:
        return services.let_go(self.object, actor=self.actor, **form.cleaned_data)
