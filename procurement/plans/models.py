"""Plans and their lines."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from procurement.plans.lifecycle import PlanLifecycle, PlanState
from srm.catalog.models import Category, Item, Unit
from srm.catalog.policy.procedures import label_of
from srm.core import fields
from srm.core.ids import new_public_id
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from srm.flow.document import Document

VIEW, EDIT, APPROVE, ASSIGN = "planning.view", "planning.plan", "planning.approve", "planning.assign"


class PlanQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """For those who plan, tender, approve or audit; of their own legal entities."""
        if actor.is_outside or not actor.may(VIEW):
            return self.none()
        return self.filter(legal_entity__in=actor.legal_entities) if actor.legal_entities else self

    def current(self):
        """Approved plans: of each legal entity and year the one version that holds."""
        return self.filter(state=PlanState.APPROVED)


class PlanLineQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """Lines follow their plan."""
        return self.filter(plan__in=ProcurementPlan.objects.visible_to(actor))


class ProcurementPlan(PlanLifecycle, Document):
    """One version of what a legal entity buys in a year. Amounts are in `currency`, the entity's base currency."""

    series = "PP"
    page = "plans:procurementplan-detail"
    stages = (PlanState.DRAFT, PlanState.SUBMITTED, PlanState.APPROVED, PlanState.CLOSED)

    year = models.PositiveSmallIntegerField(_("Year"), validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    edition = models.PositiveSmallIntegerField(_("Version"), default=1, editable=False)
    follows = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("Changes")
    )
    note = models.TextField(_("Note"), blank=True, max_length=2000)
    currency = fields.currency(default="EUR", editable=False)
    total = fields.amount(_("Budget"), default=0, editable=False)
    line_count = models.PositiveIntegerField(_("Lines"), default=0, editable=False)

    objects = scoped(PlanQuerySet)

    class Meta(Document.Meta):
        verbose_name = _("Procurement plan")
        verbose_name_plural = _("Procurement plans")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["-created_at", "-id"], name="plan_created")]
        constraints = [
            models.UniqueConstraint(fields=["legal_entity", "year", "edition"], name="plan_edition_once"),
            models.UniqueConstraint(
                fields=["legal_entity", "year"], condition=Q(state__in=["draft", "submitted"]), name="plan_one_open",
                violation_error_message=_("A plan for this year is being written already."),
            ),
        ]  # fmt: skip

    @property
    def name(self) -> str:
        """Entity, year and version, for people."""
        return _("%(entity)s, %(year)d, version %(edition)d") % {
            "entity": self.legal_entity.name or self.legal_entity.code, "year": self.year, "edition": self.edition,
        }  # fmt: skip

    @property
    def key(self) -> str:
        """How sheets name the plan: "QD-2027"."""
        return f"{self.legal_entity.code}-{self.year}"


class PlanLine(ScopedModel):
    """What of a category is bought in a month, for how much, how, by whom. `key` stays the same from version to version.

    `amount` is the budget in the plan's currency; `quantity` in `unit`, where it is known. An empty `procedure` is open.
    """

    class Source(models.TextChoices):
        HAND = "hand", _("Written by hand")
        PROPOSED = "proposed", _("Proposed")
        SHEET = "sheet", _("From a sheet")

    public_id = fields.public_id()
    plan = models.ForeignKey(ProcurementPlan, models.CASCADE, related_name="lines", verbose_name=_("Plan"))
    key = models.CharField(max_length=22, default=new_public_id, editable=False)
    month = models.PositiveSmallIntegerField(_("Month"), choices=list(MONTHS.items()))
    category = models.ForeignKey(Category, models.PROTECT, related_name="+", verbose_name=_("Category"))
    item = models.ForeignKey(Item, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Item"))
    quantity = fields.quantity(null=True, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Unit"))
    amount = fields.amount(_("Budget"), default=0)
    procedure = models.CharField(_("Procedure"), max_length=12, blank=True)
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("Responsible buyer"),
    )  # fmt: skip
    department = models.ForeignKey(
        "srm.Department", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Department")
    )
    justification = models.CharField(_("What for"), max_length=300, blank=True)
    source = models.CharField(_("Comes from"), max_length=8, choices=Source, default=Source.HAND, editable=False)

    objects = scoped(PlanLineQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Plan line")
        verbose_name_plural = _("Plan lines")
        ordering = ["month", "category__path", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "key"], name="planline_key_once"),
            models.CheckConstraint(
                condition=Q(amount__gte=0) & Q(month__gte=1, month__lte=12)
                & (Q(quantity__isnull=True) | Q(quantity__gt=0, unit__isnull=False)),
                name="planline_in_range",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["plan", "category", "month"], name="planline_cell"),
            models.Index(fields=["month", "id"], name="planline_month"),
        ]

    def __str__(self) -> str:
        return f"{self.what}, {self.get_month_display()}"  # type: ignore[attr-defined]

    @property
    def what(self) -> str:
        """The item, or the category as a whole."""
        return str(self.item) if self.item else str(self.category)

    @property
    def procedure_label(self) -> str:
        """The procedure's name."""
        return label_of(self.procedure) if self.procedure else ""
