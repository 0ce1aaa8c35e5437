"""Rules, routes, steps."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, TextField, Value, When
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from srm.approvals import registry
from srm.catalog.models import Category
from srm.core import clock, fields
from srm.core.actor import Actor
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from srm.org.selectors import covered_by
from srm.people.models import UserRole
from srm.people.roles import ROLES, STAFF_ROLES, permissions_of
from srm.ui import formats

ROLE_CHOICES = [(name, ROLES[name][0]) for name in ROLES if name in STAFF_ROLES]
DECIDING_ROLES = [
    (name, label) for name, label in ROLE_CHOICES if "approvals.decide" in permissions_of(frozenset({name}))
]


class Who(models.TextChoices):
    """How a step's decider is found."""

    HEAD = "head", _("The department's head")
    MANAGER = "manager", _("The head of the requester's department")
    OWNER = "owner", _("The cost centre's owner")
    LOCAL = "local", _("The role in the department, or the nearest above it")
    ROLE = "role", _("Anybody with the role")
    USER = "user", _("A person")


class Way(models.TextChoices):
    """The way a request goes; other documents have none."""

    NORMAL = "normal", _("Normal")
    URGENT = "urgent", _("Urgent")
    LOW_VALUE = "low_value", _("Low value")
    AFTER_FACT = "after_fact", _("After the fact")


def why_passed(who: str, why: str) -> str:
    """Why somebody was not asked, as a sentence; `who` is a name, or a role's code where nobody holds it."""
    sentences = {
        "part": _now("%(who)s had a part in it and is not asked."),
        "right": _now("%(who)s has no right to decide on this."),
        "closed": _now("The account of %(who)s is closed."),
        "nobody": _now("Nobody there has the role “%(who)s”."),
        "late": _now("%(who)s did not decide in time."),
    }  # fmt: skip
    name = str(ROLES[who][0]) if why == "nobody" and who in ROLES else who
    return sentences.get(why, "%(who)s") % {"who": name}


class RuleQuerySet(models.QuerySet):
    """Who decides what is no secret inside the firm."""

    def visible_to(self, actor):
        """All rules, for those who may look at approvals."""
        return self if actor.may("approvals.view") else self.none()


class ApprovalRule(models.Model):
    """From `min_amount` on, and below `max_amount`, step `order` of a document of `kind` is decided by whom it names.

    "The department's head" walks up the tree until somebody may decide. All rules that fit a document count: a later
    step with a higher amount is the next tier. With `one_is_enough` those whom this rule names, and those of the other
    such rules with the same step and the same conditions, are alternatives.
    """

    public_id = fields.public_id()
    kind = models.CharField(_("Document"), max_length=80)
    order = models.PositiveSmallIntegerField(
        _("Step"), default=1, help_text=_("Steps follow one another; steps with one number are decided side by side.")
    )
    min_amount = fields.amount(_("From amount"), default=0, help_text=_("In the base currency."))
    max_amount = fields.amount(_("Below amount"), null=True, blank=True)
    department = models.ForeignKey(
        "srm.Department", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Department")
    )
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Category")
    )
    cost_center = models.ForeignKey(
        "srm.CostCenter", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Cost centre")
    )
    segment = models.CharField(_("Segment"), max_length=12, choices=Category.Segment, blank=True)
    way = models.CharField(_("Route"), max_length=10, choices=Way, blank=True, db_default="", default="")
    who = models.CharField(_("Who decides"), max_length=8, choices=Who, default=Who.HEAD)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Person")
    )
    role = models.CharField(_("Role"), max_length=20, blank=True, choices=ROLE_CHOICES)
    hours = models.PositiveSmallIntegerField(
        _("Decide within, working hours"), default=0, validators=[MaxValueValidator(500)],
        help_text=_("Half-way comes a reminder; at the end somebody above is asked as well. 0 means no limit."),
    )  # fmt: skip
    one_is_enough = models.BooleanField(_("One of them is enough"), default=False)
    accumulates = models.BooleanField(
        _("Counts the sum of the year"), default=True,
        help_text=_("Compares what was asked for in the category this year, so that splitting dodges no limit."),
    )  # fmt: skip
    is_active = models.BooleanField(_("Active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    page = "approvals:approvalrule-detail"
    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("Approval rule")
        verbose_name_plural = _("Approval rules")
        ordering = ["kind", "order", "min_amount"]
        constraints = [
            models.CheckConstraint(
                condition=(~Q(who="user") | Q(user__isnull=False)) & (~Q(who__in=["role", "local"]) | ~Q(role="")),
                name="approvalrule_names_somebody",
            ),
            models.CheckConstraint(
                condition=Q(max_amount__isnull=True) | Q(max_amount__gt=F("min_amount")),
                name="approvalrule_band",
            ),
        ]

    def __str__(self) -> str:
        return _now("%(kind)s, step %(no)s: %(who)s") % {
            "kind": self.kind_label, "no": self.order, "who": self.decider
        }  # fmt: skip

    @property
    def kind_label(self) -> str:
        """The document's kind in words."""
        kind = registry.kind_of(self.kind)
        return str(kind.label) if kind else self.kind

    @property
    def decider(self) -> str:
        """Who decides, in words."""
        if self.who == Who.USER and self.user:
            return self.user.name
        if self.who == Who.LOCAL:
            return _now("%(role)s of the department") % {"role": self.get_role_display()}
        return str(self.get_role_display()) if self.who == Who.ROLE else str(self.get_who_display())

    @property
    def in_words(self) -> str:
        """The rule with its amounts, to tell it from others."""
        low, high = (formats.money(one) if one else "" for one in (self.min_amount, self.max_amount))
        band = [_now("from %(amount)s") % {"amount": low} if low else ""]
        band.append(_now("below %(amount)s") % {"amount": high} if high else "")
        return ", ".join(part for part in [str(self), *band] if part)

    @property
    def conditions(self) -> tuple[object, ...]:
        """What a document must be like; rules that are alternatives have the same."""
        return (
            self.kind, self.min_amount, self.max_amount, self.department_id, self.category_id, self.cost_center_id,
            self.segment, self.way,
        )  # fmt: skip


def covered_steps(actor: Actor) -> Q:
    """Steps that wait for people who are away and for whom the actor stands in; not where they are barred."""
    away = covered_by(actor)
    holds = UserRole.objects.filter(user__in=away, role=OuterRef("role"))
    mark = Case(When(user__person="", then="user__public_id"), default="user__person")
    quoted = Concat(Value('"'), mark, Value('"'), output_field=TextField())
    barred = Cast(OuterRef("route__barred"), TextField())
    holds = holds.annotate(quoted=quoted, barred=barred).exclude(barred__contains=F("quoted"))
    return Q(user_id__in=away.values("pk")) | Q(Exists(holds), user=None)


class StepQuerySet(ScopedQuerySet):
    """Decisions. A document's own page shows its route to all who see the document."""

    def visible_to(self, actor):
        """What one was asked to decide, also for others; everything for those who set the rules or audit."""
        if not actor.may("approvals.view"):
            return self.none()
        if actor.may("approvals.edit") or actor.may("audit.view"):
            return self
        mine = Q(user_id=actor.user_id) | Q(decided_by_id=actor.user_id) | Q(role__in=actor.roles)
        return self.filter(mine | covered_steps(actor))


class RouteQuerySet(ScopedQuerySet):
    """Routes follow their steps."""

    def visible_to(self, actor):
        return self.filter(pk__in=ApprovalStep.objects.visible_to(actor).values("route_id"))


class ApprovalRoute(ScopedModel):
    """The way of one document through its approvals, for the content with `content_hash`."""

    class State(models.TextChoices):
        OPEN = "open", _("Waiting")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        RETURNED = "returned", _("Returned")
        DROPPED = "dropped", _("Dropped")

    document_kind = models.CharField(max_length=80)
    document_id = models.CharField(max_length=22)
    document_number = models.CharField(_("Number"), max_length=40, blank=True)
    title = models.CharField(_("Title"), max_length=250)
    legal_entity = models.ForeignKey(
        "srm.LegalEntity", models.PROTECT, null=True, related_name="+", verbose_name=_("Legal entity"), db_index=False
    )
    department = models.ForeignKey(
        "srm.Department", models.PROTECT, null=True, related_name="+", verbose_name=_("Department")
    )
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("Requester")
    )
    need_by = models.DateField(_("Needed by"), null=True)
    amount = fields.amount(default=0)
    currency = fields.currency(default="EUR")
    content_hash = models.CharField(max_length=64)
    outcome = models.CharField(_("Outcome"), max_length=10, choices=State, default=State.OPEN)
    # Person ids of everybody who asked for, made or edited it: none of them may decide.
    barred = models.JSONField(default=list)
    created_at = models.DateTimeField(_("Sent"), default=clock.now, editable=False)

    objects = scoped(RouteQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Approval")
        verbose_name_plural = _("Approvals")
        constraints = [
            models.UniqueConstraint(
                fields=["document_kind", "document_id"], condition=Q(outcome="open"), name="approvalroute_one_open"
            )
        ]
        indexes = [models.Index(fields=["document_kind", "document_id"], name="approvalroute_document")]

    def __str__(self) -> str:
        return f"{self.document_number} {self.title}".strip()


class ApprovalStep(ScopedModel):
    """One decision: who may take it (`who` says how he was found), and who took it."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        RETURNED = "returned", _("Returned")
        SKIPPED = "skipped", _("Not needed any more")

    public_id = fields.public_id()
    route = models.ForeignKey(ApprovalRoute, models.CASCADE, related_name="steps")
    order = models.PositiveSmallIntegerField(_("Step"))
    # Above 0: of the parts with one group and order, one decision is enough.
    group = models.PositiveSmallIntegerField(default=0)
    who = models.CharField(max_length=8, choices=Who, default=Who.ROLE)
    # Who would have been asked, and why not: pairs for `why_passed`.
    passed = models.JSONField(default=list)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=20, blank=True, choices=ROLE_CHOICES)
    outcome = models.CharField(_("Outcome"), max_length=10, choices=Outcome, default=Outcome.WAITING)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("For"), db_index=False
    )
    decided_at = models.DateTimeField(_("Decided"), null=True)
    reason = models.TextField(_("Reason"), blank=True)
    # The sum of the year that chose this step, where the document's own amount would not have.
    by_sum = fields.amount(null=True)
    # Working hours to decide in, 0 for no limit; they run from the moment it is this step's turn.
    hours = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(_("Due"), null=True)
    next_check = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)

    page = "approvals:approvalstep-detail"
    objects = scoped(StepQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Decision")
        verbose_name_plural = _("Decisions")
        ordering = ["order", "pk"]
        indexes = [
            models.Index(fields=["user"], condition=Q(outcome="waiting"), name="approvalstep_of_user"),
            models.Index(fields=["role"], condition=Q(outcome="waiting"), name="approvalstep_of_role"),
            models.Index(fields=["next_check"], condition=Q(outcome="waiting"), name="approvalstep_late"),
        ]

    def __str__(self) -> str:
        return str(self.route)

    @property
    def decider(self) -> str:
        """Who is asked, in words."""
        return self.user.name if self.user else str(self.get_role_display())

    @property
    def is_late(self) -> bool:
        """Whether it should have been decided by now."""
        return self.outcome == self.Outcome.WAITING and self.due_at is not None and self.due_at <= clock.now()

    @property
    def taken_by(self) -> str:
        """Who decided, and for whom, when he stood in."""
        if self.decided_by and self.decided_for:
            return _now("%(who)s for %(other)s") % {"who": self.decided_by.name, "other": self.decided_for.name}
        return self.decided_by.name if self.decided_by else ""

    @property
    def notes(self) -> list[str]:
        """Sentences about those who were passed over."""
        return [why_passed(who, why) for who, why in self.passed]


class Accumulated(models.Model):
    """What one document adds to the year of its kind, firm and category, in the base currency."""

    document_kind = models.CharField(max_length=80)
    document_id = models.CharField(max_length=22)
    document_number = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=250)
    legal_entity = models.ForeignKey("srm.LegalEntity", models.PROTECT, related_name="+", db_index=False)
    year = models.PositiveSmallIntegerField()
    category = models.ForeignKey(Category, models.PROTECT, related_name="+")
    amount = fields.amount()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document_kind", "document_id", "category"], name="accumulated_once"
            )
        ]  # fmt: skip
        indexes = [models.Index(fields=["document_kind", "legal_entity", "year", "category"], name="accumulated_year")]

    def __str__(self) -> str:
        return f"{self.document_number} {self.title}".strip()
