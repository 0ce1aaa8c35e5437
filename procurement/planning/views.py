"""Pages of planning: the board of open needs, demands, their lines."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from procurement.planning import (
    actions,
    choosing,
    exchange,
    filters,
    forms,
    jobs,
    offered,
    selectors,
    services,
    tables,
    work,
)
from procurement.planning.grouping import LABELS, clean_keys
from procurement.planning.models import Demand, DemandLine
from procurement.requests import holding
from srm.core.errors import DomainError, Missing, NotAllowed, RuleBroken
from srm.flow.uow import unit_of_work
from srm.jobs.services import enqueue
from srm.people.models import LegalEntity, User
from srm.ui.errors import sentences_of
from srm.ui.links import url_of
from srm.ui.menu import menu
from srm.ui.pages import ListPage, Page
from srm.ui.preferences import remember, remembered
from srm.ui.slots import Action

VIEW, MERGE, RELEASE = "planning.view", "planning.aggregate", "planning.edit"
SHOWN = 100
KEYS = "board:keys"
MOST_TOLD = 8


@menu("sourcing", gettext_lazy("Demand board"), order=10, key="d")
class Board(Page):
    """Approved needs that nobody has planned yet, grouped as they would be merged."""

    permission, name, route, title = VIEW, "board", "board/", gettext_lazy("Demand board")
    template = "procurement/planning/board.html"
    form: Any = None
    reasons: list[Any] = []

    @cached_property
    def entity(self) -> LegalEntity | None:
        """The legal entity the board is about; needs of two never mix."""
        return choosing.entity_for(self.actor, self.request.GET.get("legal_entity", ""))

    @cached_property
    def filters(self) -> filters.BoardFilter:
        """The filters of the address over the entity's open needs."""
        if self.entity is None:
            raise Missing()
        return choosing.bound_filter(self.actor, self.entity, self.request.GET)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """By what the reader groups the board; his choice is remembered."""
        return clean_keys(remembered(self.request.user, KEYS))

    def actions(self) -> list[Action]:
        return [Action("demands", _("Demands"), reverse("planning:demand-list"))]

    def context(self) -> dict[str, Any]:
        lines = self.filters.qs
        groups = selectors.board(lines, SHOWN + 1, self.keys, self.entity)
        shown = selectors.with_offers(selectors.with_prices(groups[:SHOWN], self.actor), self.entity, self.actor)
        return {
            **super().context(), "filters": self.filters, "chips": self.filters.chips(), "entity": self.entity,
            "groups": shown, "keys": self.keys,
            "offered_keys": [(key, label, key in self.keys) for key, label in LABELS.items()], "more": len(groups) > SHOWN, "figures": selectors.figures(lines),
            "currency": self.entity.currency if self.entity else "", "may_merge": self.actor.may(MERGE),
            "may_hold": self.actor.may(RELEASE), "held": bool(self.request.GET.get("held")),
            "form": self.form or forms.MergeForm(actor=self.actor), "reasons": self.reasons, "actions": self.actions(),
            "offered": actions.actions_for(self.actor, on_board=True),
            "assigned_to": work.buyers() if self.actor.may(work.ASSIGN) else None,
            "query": self.request.GET.urlencode(), "marks": set(self.request.POST.getlist("marks")),
        }  # fmt: skip

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Merge what is ticked, or everything that fits the filters; or remember by what the board groups."""
        if request.POST.get("regroup"):
            remember(request.user, KEYS, request.POST.getlist("keys"))
            return HttpResponseRedirect(request.get_full_path())
        if name := next((one for one in ("hold", "let_plan") if request.POST.get(one)), ""):
            return self.hold(name)
        if request.POST.get("assign"):
            return self.assign()
        if not self.actor.may(MERGE) or self.entity is None:
            raise NotAllowed()
        self.form = forms.MergeForm(request.POST, actor=self.actor)
        marks = None if request.POST.get("all") else request.POST.getlist("marks")
        if marks is not None and not marks:
            self.reasons = [_("Tick what to merge, or merge everything that is shown.")]
        if not self.form.is_valid() or self.reasons:
            return self.show(status=422)
        try:
            if name := str(request.POST.get("action", "")):
                return HttpResponseRedirect(self.run_action(name, marks, **self.form.cleaned_data))
            return HttpResponseRedirect(self.merge(marks, **self.form.cleaned_data))
        except DomainError as fault:
            self.reasons = sentences_of(fault)
            return self.show(status=fault.status)

    def hold(self, name: str) -> HttpResponseBase:
        """Hold what is ticked back with a reason, or let it be planned again."""
        if not self.actor.may(RELEASE) or self.entity is None:
            raise NotAllowed()
        marks, query = self.request.POST.getlist("marks"), self.request.GET.urlencode()
        lines = choosing.chosen_lines(self.actor, self.entity, query, marks, self.keys).values_list("pk", flat=True)
        try:
            with unit_of_work():
                if name == "hold":
                    count = holding.hold(actor=self.actor, lines=lines, reason=self.request.POST.get("reason", ""))
                else:
                    count = holding.let_plan(actor=self.actor, lines=lines)
        except DomainError as fault:
            self.reasons = sentences_of(fault)
            return self.show(status=fault.status)
        text = (
            ngettext("%(n)d need is held back.", "%(n)d needs are held back.", count) if name == "hold"
            else ngettext("%(n)d need can be planned again.", "%(n)d needs can be planned again.", count)
        )  # fmt: skip
        messages.success(self.request, text % {"n": count})
        return HttpResponseRedirect(self.request.get_full_path())

    def assign(self) -> HttpResponseBase:
        """What is ticked is bought by the one chosen, whatever the rules say."""
        if self.entity is None:
            raise NotAllowed()
        marks, query = self.request.POST.getlist("marks"), self.request.GET.urlencode()
        target = User.objects.filter(public_id=self.request.POST.get("buyer", "")).first()
        try:
            if target is None or not marks:
                raise RuleBroken([_("Tick some needs and choose a buyer.")])
            lines = choosing.chosen_lines(self.actor, self.entity, query, marks, self.keys)
            with unit_of_work():
                count = work.assign(actor=self.actor, lines=lines.values_list("pk", flat=True), target=target)
        except NotAllowed:
            raise
        except DomainError as fault:
            self.reasons = sentences_of(fault)
            return self.show(status=fault.status)
        text = ngettext("%(n)d need is %(who)s's now.", "%(n)d needs are %(who)s's now.", count)
        messages.success(self.request, text % {"n": count, "who": target.name})
        return HttpResponseRedirect(self.request.get_full_path())

    def run_action(
        self, name: str, marks: list[str] | None, *, window: str, window_days: int, stock_first: bool, **_rest: Any
    ) -> str:
        """An upper room's action over what is ticked; the address of what came of it."""
        assert self.entity is not None
        chosen = next((one for one in actions.actions_for(self.actor, on_board=True) if one.name == name), None)
        if chosen is None:
            raise NotAllowed()
        lines = choosing.chosen_lines(self.actor, self.entity, self.request.GET.urlencode(), marks, self.keys)
        if lines[: jobs.AT_ONCE + 1].count() > jobs.AT_ONCE:
            raise RuleBroken([_("These are too many needs at once. Tick some, or filter the board.")])
        served = services.Covered(0, 0)
        with unit_of_work():
            keys = list(lines.values_list("pk", flat=True))
            if stock_first:
                served = services.cover(actor=self.actor, legal_entity=self.entity, lines=keys)
            if served and not services.open_lines(self.entity, lines=keys).exists():
                return self.told(None, served)
            done = chosen.run(
                actor=self.actor, legal_entity=self.entity, lines=keys, window=window, window_days=window_days
            )
        for sentence in jobs.covered(served):
            messages.info(self.request, sentence)
        tell(self.request, done)
        return done.url or self.request.get_full_path()

    def merge(
        self, marks: list[str] | None, *, window: str, window_days: int, stock_first: bool, title: str, reach: bool
    ) -> str:
        """The address of what came of it: the demand, or the job that makes it."""
        assert self.entity is not None
        query = self.request.GET.urlencode()
        lines = choosing.chosen_lines(self.actor, self.entity, query, marks, self.keys)
        if lines[: jobs.AT_ONCE + 1].count() > jobs.AT_ONCE:
            if reach:
                raise RuleBroken([_("These are too many needs at once. Tick some, or filter the board.")])
            with unit_of_work():
                job = enqueue(
                    "planning.merge", actor=self.actor, legal_entity=self.entity.public_id, query=query, marks=marks,
                    window_days=window_days, title=title, stock_first=stock_first, window=window, keys=list(self.keys),
                )  # fmt: skip
            return url_of(job) or "/"
        with unit_of_work():
            chosen = list(lines.values_list("pk", flat=True))
            if reach:
                chosen += offered.reaching(lines, self.entity, self.actor)
            served = services.Covered(0, 0)
            if stock_first:
                served = services.cover(actor=self.actor, legal_entity=self.entity, lines=chosen)
            try:
                demand = services.aggregate(
                    actor=self.actor,
                    legal_entity=self.entity,
                    window_days=window_days,
                    window=window,
                    lines=chosen,
                    title=title,
                )
            except RuleBroken:
                # Stock and open orders may have covered all of it: then that was the result, and it stays.
                if not served:
                    raise
                demand = None
        return self.told(demand, served)

    def told(self, demand: Demand | None, served: services.Covered) -> str:
        for sentence in jobs.covered(served):
            messages.info(self.request, sentence)
        if demand is None:
            messages.success(self.request, _("Stock and open orders cover all of it. Nothing needs to be bought."))
            return reverse("planning:board")
        messages.success(self.request, str(jobs.told(demand)["text"]))
        return url_of(demand) or "/"


@menu("sourcing", gettext_lazy("Demands"), order=15)
class DemandList(ListPage):
    model, permission, title = Demand, VIEW, gettext_lazy("Demands")
    table, filterset, sheet = tables.DemandTable, filters.DemandFilter, exchange.DemandSheet
    sorts = {"-created": ("-created_at", "-id"), "created": ("created_at", "id")}
    empty = (
        gettext_lazy("Nothing was merged yet."),
        gettext_lazy("On the demand board, equal needs of many departments become one line each."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("buyer", "legal_entity")

    def actions(self) -> list[Action]:
        return [Action("board", _("Demand board"), reverse("planning:board"), tone="primary")]


class DemandLineList(ListPage):
    model, permission, title = DemandLine, VIEW, gettext_lazy("Demand lines")
    table, filterset, sheet = tables.DemandLineTable, filters.DemandLineFilter, exchange.DemandLineSheet
    route = "lines/"
    sorts = {"-new": ("-id",), "need_from": ("need_from", "id"), "-need_from": ("-need_from", "-id")}
    views = [("open", gettext_lazy("Open"), {"open": "1"})]
    empty = (gettext_lazy("No demand lines yet."), gettext_lazy("Merge needs on the demand board first."))

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("demand", "item", "category", "unit", "place")

    def row_url(self, row: DemandLine) -> str | None:
        return url_of(row.demand)


def tell(request: HttpRequest, done: actions.Done) -> None:
    """What an action did, and what it left and why; of many only the first."""
    for sentence in done.sentences:
        messages.success(request, sentence)
    for sentence in done.left[:MOST_TOLD]:
        messages.warning(request, sentence)
    if (more := len(done.left) - MOST_TOLD) > 0:
        messages.warning(request, _("And %(n)d more.") % {"n": more})
