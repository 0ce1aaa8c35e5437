"""Pages of approvals: the inbox, the decision, the rules."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from srm.approvals import accumulation, asking, filters, forms, registry, selectors, services, tables
from srm.approvals.models import ApprovalRule, ApprovalStep
from srm.core.actor import Actor
from srm.core.errors import DomainError, InvalidInput
from srm.flow.uow import unit_of_work
from srm.ui.errors import sentences_of
from srm.ui.links import url_of
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, CreatePage, DetailPage, EditPage, ListPage, Page
from srm.ui.slots import Action

VIEW, DECIDE, RULES = "approvals.view", "approvals.decide", "approvals.edit"
SHOWN = 50
DONE = {
    "approved": gettext_lazy("Approved: %(what)s."), "returned": gettext_lazy("Returned: %(what)s."),
    "rejected": gettext_lazy("Rejected: %(what)s."),
}  # fmt: skip


def waiting_count(actor: Actor) -> int:
    """How many decisions wait for the actor."""
    return selectors.waiting_for(actor).count()


@menu("work", gettext_lazy("Approve"), order=30, key="a", count=waiting_count)
class Inbox(Page):
    """What waits for the reader, with what he needs to know and the buttons in place."""

    permission, name, route, title = DECIDE, "inbox", "", gettext_lazy("Approve")
    template = "srm/approvals/inbox.html"

    def context(self) -> dict[str, Any]:
        steps = list(selectors.waiting_for(self.actor).order_by("route__need_by", "pk")[: SHOWN + 1])
        selectors.mark_stood_in(steps, self.actor)
        return {
            **super().context(), "steps": steps[:SHOWN], "more": len(steps) > SHOWN,
            "decided_url": reverse("approvals:approvalstep-list"),
        }  # fmt: skip

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Approve all that is ticked, each in a unit of work of its own."""
        ids = list(dict.fromkeys(request.POST.getlist("ids")))[:SHOWN]
        steps = {step.public_id: step for step in selectors.waiting_for(self.actor).filter(public_id__in=ids)}
        done = 0
        for public_id in ids:
            if (step := steps.get(public_id)) is None:
                messages.warning(request, _("One of them does not wait for you any more."))
                continue
            try:
                with unit_of_work():
                    services.decide_step(step, actor=self.actor, outcome="approved")
                done += 1
            except DomainError as fault:
                for sentence in sentences_of(fault):
                    messages.error(request, f"{step.route}: {sentence}")
        if done:
            messages.success(request, ngettext("%(n)d approved.", "%(n)d approved.", done) % {"n": done})
        elif not ids:
            messages.warning(request, _("Tick some rows first."))
        return HttpResponseRedirect(reverse("approvals:inbox"))


class StepList(ListPage):
    """What was decided, by whom, with which words."""

    model, permission, title = ApprovalStep, VIEW, gettext_lazy("Decisions")
    table, filterset = tables.StepTable, filters.StepFilter
    route = "decisions/"
    sorts = {"-new": ("-id",), "decided_at": ("decided_at", "id"), "-decided_at": ("-decided_at", "-id")}
    empty = (gettext_lazy("Nothing was decided yet."), gettext_lazy("Decisions show here with who took them and why."))
    views = [("waiting", gettext_lazy("Waiting"), {"outcome": "waiting"})]

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("route__department", "decided_by", "decided_for")


class StepDetail(DetailPage):
    """The decision page: the document's facts, and three buttons."""

    model, permission = ApprovalStep, VIEW
    template = "srm/approvals/step.html"
    route = "decisions/<str:public_id>/"

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(
            "route__department", "route__requester", "user", "decided_by", "decided_for"
        )  # fmt: skip

    @cached_property
    def document(self) -> Any:
        """What is to be decided."""
        return selectors.document_of(self.object.route)

    def heading(self) -> Any:
        return self.object.route.title

    def eyebrow(self) -> list[Any]:
        kind = registry.kind_of(self.object.route.document_kind)
        number = self.object.route.document_number
        return [word for word in (number, kind.label if kind else "") if word]

    def state(self) -> str:
        from srm.ui.tables import state_html

        return state_html(self.object, "outcome")

    def actions(self) -> list[Action]:
        address = url_of(self.document)
        return [Action("open", _("Open the document"), address)] if address else []

    def context(self) -> dict[str, Any]:
        route, reason = selectors.route_of(self.document), ""
        if self.object.outcome == "waiting":
            reason = services.may_decide(self.document, self.actor, route=route) or ""
        return {
            **super().context(), "facts_html": facts_of(self.document, self.actor, self.request),
            "may": self.object.outcome == "waiting" and not reason, "why_not": reason,
            "blocked": blocked(self.document, self.actor),
            "approval": route, "beside": accumulation.beside(route) if route else [],
            "by_sum": max((step.by_sum for step in route.steps.all() if step.by_sum), default=None) if route else None,
             "reasons": self.reasons, "typed": self.typed,
            "decide_url": reverse("approvals:approvalstep-decide", args=[self.object.public_id]),
        }  # fmt: skip

    reasons: list[Any] = []
    typed: str = ""


class StepDecide(StepDetail):
    """Takes the decision; refusals come back onto the decision page with what was typed."""

    kind, permission, name, route = "", DECIDE, "decide", "decisions/<str:public_id>/decide/"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return HttpResponseRedirect(url_of(self.object) or "/")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        outcome, reason = request.POST.get("outcome", ""), request.POST.get("reason", "")
        try:
            with unit_of_work():
                services.decide_step(
                    self.object, actor=self.actor, outcome=outcome, reason=reason, seen=request.POST.get("seen", "")
                )
        except InvalidInput as fault:
            self.reasons, self.typed = sentences_of(fault), reason
            return self.show(status=422)
        except DomainError as fault:
            self.object = self.load()
            self.reasons, self.typed = sentences_of(fault), reason
            return self.show(status=fault.status)
        messages.success(request, DONE[outcome] % {"what": self.object.route})
        return HttpResponseRedirect(reverse("approvals:inbox"))


class StepFacts(StepDetail):
    """The facts alone, fetched when somebody unfolds them in the inbox."""

    kind, name, route = "", "facts", "decisions/<str:public_id>/facts/"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return HttpResponse(facts_of(self.document, self.actor, request))


def blocked(document: Any, actor: Actor) -> list[Any]:
    """Why an approval would be refused now; empty when it would go through."""
    kind = registry.kind_of(document)
    return kind.blocked(document, actor) if kind and kind.blocked else []


def facts_of(document: Any, actor: Actor, request: HttpRequest) -> str:
    """The document's facts as its room tells them."""
    kind = registry.kind_of(document)
    if kind is None:
        return ""
    template, context = kind.facts(document, actor)
    return render_to_string(template, {**context, "actor": actor}, request)


# ------------------------------------------------------------------------------------------------ rules


@menu("settings", gettext_lazy("Approval rules"), order=30, permission=RULES)
class RuleList(ListPage):
    model, permission, title = ApprovalRule, RULES, gettext_lazy("Approval rules")
    table, filterset = tables.RuleTable, filters.RuleFilter
    route = "rules/"
    sorts = {
        "order": ("kind", "order", "min_amount", "id"),
        "-min_amount": ("-min_amount", "-id"),
        "min_amount": ("min_amount", "id"),
    }
    create_label = gettext_lazy("New rule")
    empty = (
        gettext_lazy("No rules yet."),
        gettext_lazy(
            "Without any, the head of procurement decides. For example: from 5,000 EUR the head of procurement, too."
        ),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("department", "category", "cost_center", "user")

    def actions(self) -> list[Action]:
        return [Action("try", _("Who would approve this?"), reverse("approvals:who")), *super().actions()]


class RuleDetail(DetailPage):
    model, permission = ApprovalRule, RULES
    route = "rules/<str:public_id>/"
    facts = [
        ("kind_label", gettext_lazy("Document")), "order", "min_amount", "max_amount", "department", "category",
        "cost_center", "segment", "way", ("decider", gettext_lazy("Who decides")), "one_is_enough", "hours", "accumulates", "is_active",
    ]  # fmt: skip

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("department", "category", "cost_center", "user")


class RuleCreate(CreatePage):
    model, permission, title = ApprovalRule, RULES, gettext_lazy("New rule")
    form, service = forms.RuleForm, services.create_rule
    route = "rules/new/"


class RuleEdit(EditPage):
    model, permission = ApprovalRule, RULES
    form, service = forms.RuleForm, services.update_rule
    route = "rules/<str:public_id>/edit/"


class WhoWouldDecide(ActionPage):
    """A test of the rules, without a document."""

    permission, name, route = RULES, "who", "who/"
    form = forms.TryForm
    template = "srm/approvals/who.html"
    title, submit, done = gettext_lazy("Who would approve this?"), gettext_lazy("Show"), ""
    drafts = False

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.is_valid():
            return self.show(status=422)
        values, extra = self.bound.cleaned_data, self.bound.extra()
        requester = values["requester"]
        try:
            table = services.tried_table(values["kind"], without=values["without"], extra=[extra] if extra else [])
        except InvalidInput as fault:
            self.mark(InvalidInput({f"rule_{name}": found for name, found in fault.errors.items()}))
            return self.show(status=422)
        steps = asking.who_decides(
            values["kind"], amount=values["amount"], department=values["department"],
            cost_centers=[values["cost_center"]] if values["cost_center"] else [],
            categories=[values["category"]] if values["category"] else [],
            barred=[requester.person_id] if requester else [], requester=requester, rules=table,
            parts={values["category"]: values["amount"]} if values["category"] else None,
            entity=values["department"].legal_entity, way=values["way"],
        )  # fmt: skip
        return self.show(planned=steps)

    def back_url(self) -> str:
        return reverse("approvals:approvalrule-list")
