"""Staff pages of tenders."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from procurement.tenders import deciding, policy, selectors, services
from procurement.tenders.exchange import TenderSheet
from procurement.tenders.filters import TenderFilter
from procurement.tenders.forms import DeadlineForm, InviteForm, TenderCreateForm, TenderForm, TenderLines
from procurement.tenders.lifecycle import UNPUBLISHED, TenderState
from procurement.tenders.models import Invitation, Tender
from procurement.tenders.tables import LotLineTable, TenderTable
from procurement.tenders.worth import shown_lines
from srm.catalog.policy.forms import OverrideForm
from srm.catalog.policy.models import OVERRIDE
from srm.catalog.policy.selectors import sentences
from srm.core.actor import Actor
from srm.core.errors import Missing, RuleBroken
from srm.ui import formats
from srm.ui.links import url_of
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, CreatePage, DetailPage, EditPage, ListPage
from srm.ui.slots import Action
from srm.ui.tables import Rendered, render_ready


@menu("sourcing", _("Tenders"), order=20, key="t")
class TenderList(ListPage):
    """All tenders."""

    model = Tender
    permission = "tenders.view"
    title = _("Tenders")
    table = TenderTable
    filterset = TenderFilter
    sorts = {
        "-created": ("-created_at", "-id"), "created": ("created_at", "id"),
        "deadline": ("deadline", "id"), "-deadline": ("-deadline", "-id"),
    }  # fmt: skip
    create_label = _("New tender")
    empty = (_("No tenders yet."), _("Start one from the demand, or write one by hand: lines, suppliers, deadline."))
    sheet = TenderSheet
    views = [
        ("mine", _("Mine"), {"mine": "on"}),
        ("approval", _("Waiting for approval"), {"waits": "on"}),
        ("approved", _("To publish"), {"state": "approved"}),
        ("running", _("Taking offers"), {"state": "published"}),
        ("compare", _("To evaluate"), {"state": "evaluation"}),
    ]

    def queryset(self) -> QuerySet:
        """With the names the list shows."""
        return super().queryset().select_related("category", "buyer")

    def decorate(self, rows: QuerySet) -> QuerySet:
        """Numbers of lines and of suppliers asked; never of offers."""
        return rows.annotate(line_count=Count("lots__lines", distinct=True), asked=selectors.asked_count())


class TenderDetail(DetailPage):
    """One tender."""

    model = Tender
    permission = "tenders.view"
    template = "procurement/tenders/detail.html"
    overview_template = "procurement/tenders/_overview.html"
    facts = [
        "deadline",
        "method",
        "category",
        "buyer",
        "legal_entity",
        "currency",
        ("terms", _("Terms")),
        "payment_days",
        "description",
    ]

    def queryset(self) -> QuerySet:
        """With the names the page shows."""
        return super().queryset().select_related("category", "buyer__department", "legal_entity", "created_by")

    def eyebrow(self) -> list[Any]:
        """Number, method, lots."""
        return [*([self.object.number] if self.object.number else []), self.object.get_method_display()]

    def quadrant(self) -> str:
        """Where its category lies in the matrix."""
        return self.object.category.segment if self.object.category else ""

    def fact_terms(self) -> str:
        """Delivery terms with the places."""
        places = dict.fromkeys(str(line.place) for line in self.tender_lines)
        return f"{self.object.incoterm} {', '.join(places)}".strip()

    @property
    def tender_lines(self) -> list[Any]:
        """All lines, read once."""
        return shown_lines(self.object)

    def actions(self) -> list[Action]:
        """Moves. The failure is offered only when it is possible, Edit only while there is something to edit."""
        draft = self.object.state in UNPUBLISHED
        shown_lines(self.object)  # read first, so that no guard asks for them
        found = [
            one for one in super().actions() if (one.name != "fail" or one.allowed) and (one.name != "edit" or draft)
        ]
        if self.object.state == TenderState.PUBLISHED and self.actor.may("tenders.publish"):
            found.insert(0, Action("deadline", _("More time"), url_of(self.object, "deadline") or ""))
        stopped = any(isinstance(reason, policy.Broken) for one in found for reason in one.reasons)
        if stopped and self.actor.may(OVERRIDE):
            found.insert(0, Action("override", _("Override the policy"), url_of(self.object, "override") or ""))
        return [*self.asking(found), *found]

    def asking(self, found: list[Action]) -> list[Action]:
        """Send for approval, where the rules ask others; grey while something else stands before the publication."""
        reasons = [reason for one in found if one.name == "publish" for reason in one.reasons]
        if not any(isinstance(reason, deciding.Asks) for reason in reasons):
            return []
        rest = [reason for reason in reasons if not isinstance(reason, deciding.Asks)]
        url = url_of(self.object, "ask") or ""
        return [Action("ask", _("Send for approval"), url, tone="primary", allowed=not rest, reasons=rest)]

    def warnings(self) -> list[Any]:
        """That changing what was approved asks again."""
        if self.object.state != TenderState.APPROVED:
            return []
        return [_("It is approved as it stands. Whoever changes lines, terms or suppliers has it approved again.")]

    def lot_tables(self) -> list[tuple[Any, Rendered, Any]]:
        """(lot, its lines as a table, its value at the baseline)."""
        found = []
        lots = dict.fromkeys(line.lot for line in self.tender_lines)
        several = len({line.place_id for line in self.tender_lines}) > 1
        columns = [name for name in LotLineTable.base_columns if several or name != "place"]
        for lot in lots:
            lines = [line for line in self.tender_lines if line.lot_id == lot.pk]
            for line in lines:
                line.note = " · ".join(filter(None, (line.description if line.item_id else "", line.work_said)))
            nets = [line.baseline_net for line in lines]
            whole = sum(nets) if nets and None not in nets else None
            found.append((lot, render_ready(LotLineTable, lines, self.actor, link=None, chosen=columns), whole))
        return found

    def context(self) -> dict[str, Any]:
        """The lots."""
        return {
            **super().context(), "lots": self.lot_tables() if self.tab == "overview" else [],
            "tender": self.object,
        }  # fmt: skip


class TenderCreate(CreatePage):
    """A tender by hand."""

    model = Tender
    permission = "tenders.edit"
    title = _("New tender")
    form = TenderCreateForm
    lines = TenderLines
    service = services.create_tender
    submit = _("Save draft")

    def initial(self) -> dict[str, Any]:
        """A deadline in a week, the actor as the buyer."""
        entity = services.default_entity(self.actor)
        first = {
            "deadline": services.usual_deadline(),
            "currency": entity.currency,
            "incoterm": "DAP",
            "payment_days": 30,
        }
        return {**first, "method": "", **super().initial()}


class TenderEdit(EditPage):
    """Change what is not published yet."""

    model = Tender
    permission = "tenders.edit"
    form = TenderForm
    lines = TenderLines
    service = services.update_tender

    def heading(self) -> str:
        """What it asks for."""
        return self.object.title

    @staticmethod
    def guard(document: Tender, actor: Actor) -> Any:
        """Only drafts are edited; later changes are moves of their own."""
        return None if document.state in UNPUBLISHED else _("Only a draft can be changed.")

    def initial_lines(self) -> list[dict[str, Any]]:
        """The lines with the titles of their lots; a single lot needs none."""
        lines = list(self.object.all_lines())
        single = len({line.lot_id for line in lines}) < 2
        names = [name for name in TenderLines.form.base_fields if name != "lot"]
        return [
            {
                **{name: getattr(line, name) for name in names},
                "lot": "" if single else line.lot.title,
                "id": line.public_id,
            }
            for line in lines
        ]


class TenderAsk(ActionPage):
    """A draft goes to those whom the approval rules name."""

    model, permission, name = Tender, "tenders.publish", "ask"
    title, submit, done = _("Send for approval"), _("Send for approval"), _("Sent for approval.")
    ask = _("Those whom the approval rules name decide. The tender stays a draft until then, and no supplier is told.")

    def eyebrow(self) -> list[Any]:
        """What it asks for."""
        return [self.object.title]

    def act(self, form: Any) -> Tender:
        """Ask them."""
        return deciding.ask(self.object, actor=self.actor)


class TenderInvite(ActionPage):
    """Ask more suppliers."""

    model = Tender
    permission = "tenders.edit"
    name = "invite"
    title = _("Invite suppliers")
    form = InviteForm
    submit = _("Invite")
    done = _("Invited.")

    def hint_text(self) -> Any:
        """What happens then."""
        return _("They are told at once.") if self.object.state == TenderState.PUBLISHED else ""

    def context(self) -> dict[str, Any]:
        """Say when the mail goes."""
        return {**super().context(), "ask": self.hint_text()}

    def act(self, form: InviteForm) -> str:
        """Invite them."""
        services.invite(self.object, actor=self.actor, suppliers=form.cleaned_data["suppliers"])
        return f"{url_of(self.object)}?tab=invitations"

    def back_url(self) -> str:
        """The invitations."""
        return f"{url_of(self.object)}?tab=invitations"


class TenderUninvite(ActionPage):
    """Take a supplier off a draft's list."""

    model = Tender
    permission = "tenders.edit"
    name = "uninvite"
    route = "<str:public_id>/invitations/<str:invitation>/remove/"
    title = _("Take off the list")
    form = None
    submit = _("Take off the list")
    done = ""

    @property
    def invitation(self) -> Invitation:
        """The invitation in the address, of the tender in the address."""
        rows = selectors.invitations(self.object, self.actor)
        found = rows.filter(public_id=self.kwargs["invitation"]).first()
        if found is None:
            raise Missing()
        return found

    def act(self, form: Any) -> str:
        """Remove the invitation."""
        services.uninvite(self.invitation, actor=self.actor)
        return f"{url_of(self.object)}?tab=invitations"

    def heading(self) -> str:
        """Whom."""
        return f"{self.title}: {self.invitation.supplier}"


class TenderDeadline(ActionPage):
    """Give suppliers more time."""

    model = Tender
    permission = "tenders.publish"
    name = "deadline"
    title = _("More time for offers")
    form = DeadlineForm
    submit = _("Move the deadline and tell everybody")
    done = _("The deadline was moved.")

    def initial(self) -> dict[str, Any]:
        """The present deadline."""
        return {"deadline": self.object.deadline}

    def context(self) -> dict[str, Any]:
        """Name the present deadline."""
        now = formats.moment(self.object.deadline)
        return {**super().context(), "ask": _("Offers are taken until %(deadline)s.") % {"deadline": now}}

    def act(self, form: DeadlineForm) -> Tender:
        """Move it."""
        if self.object.deadline is None:
            raise RuleBroken([_("Set a deadline first.")])
        return services.set_deadline(self.object, actor=self.actor, **form.cleaned_data)


class TenderOverride(ActionPage):
    """Go another way than the category's policy says, with a reason."""

    model = Tender
    permission = OVERRIDE
    name = "override"
    title = _("Override the policy")
    form = OverrideForm
    submit = _("Override")
    done = _("The policy is overridden for this tender.")
    tone = "danger"

    def context(self) -> dict[str, Any]:
        """Name what is broken."""
        return {**super().context(), "ask": " ".join(sentences(policy.broken(self.object)))}

    def act(self, form: OverrideForm) -> Tender:
        """Write the overrides."""
        policy.override_policy(self.object, actor=self.actor, reason=form.cleaned_data["reason"])
        return self.object
