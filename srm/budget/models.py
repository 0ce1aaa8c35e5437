"""Budget lines and their entries."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from srm.catalog.models import Category
from srm.core import fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped


class BudgetQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """Budgets of the cost centres one owns or whose department one belongs to; all for buyers and finance."""
        if not actor.may("budget.view"):
            return self.none()
        if actor.roles & {"buyer", "head", "accountant", "payment_approver", "auditor"} or actor.kind == "system":
            return self
        mine = Q(cost_center__owner_id=actor.user_id)
        for path in actor.departments:
            mine |= Q(cost_center__department__path__startswith=path)
        return self.filter(mine)


class BudgetLine(ScopedModel):
    """What a cost centre may spend in a year, for one category's tree or for everything.

    The three buckets are the sums of the entries, kept here so that lists and the check under lock read one row.
    Amounts are gross of nothing: net of recoverable VAT, in the legal entity's base currency.
    """

    class Policy(models.TextChoices):
        STOP = "stop", _("Stops")
        WARN = "warn", _("Warns")

    public_id = fields.public_id()
    cost_center = models.ForeignKey(
        "srm.CostCenter", models.PROTECT, related_name="+", verbose_name=_("Cost centre")
    )
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Category")
    )
    year = models.PositiveSmallIntegerField(_("Year"))
    amount = fields.amount(_("Budget"), validators=[MinValueValidator(Decimal(0))])
    currency = fields.currency(default="EUR")
    policy = models.CharField(_("When it is used up"), max_length=4, choices=Policy, default=Policy.STOP)
    reserved = fields.amount(_("Reserved"), default=0, editable=False)
    committed = fields.amount(_("Ordered"), default=0, editable=False)
    spent = fields.amount(_("Spent"), default=0, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    page = "budget:budgetline-detail"
    objects = scoped(BudgetQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Budget")
        verbose_name_plural = _("Budgets")
        ordering = ["-year", "cost_center"]
        constraints = [
            models.UniqueConstraint(fields=["cost_center", "category", "year"], name="budgetline_once"),
            models.UniqueConstraint(
                fields=["cost_center", "year"], condition=Q(category=None), name="budgetline_general_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cost_center.code} {self.year}"

    @property
    def left(self) -> Decimal:
        """What can still be asked for."""
        return self.amount - self.reserved - self.committed - self.spent


class BudgetEntryQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """Entries of the budgets the actor sees."""
        return self.filter(line__in=BudgetLine.objects.visible_to(actor))


class BudgetEntry(ScopedModel):
    """A signed amount in one bucket, with the document line that caused it."""

    append_only = True

    class Bucket(models.TextChoices):
        RESERVED = "reserved", _("Reserved")
        COMMITTED = "committed", _("Ordered")
        SPENT = "spent", _("Spent")

    line = models.ForeignKey(BudgetLine, models.PROTECT, related_name="entries")
    bucket = models.CharField(_("Bucket"), max_length=10, choices=Bucket)
    amount = fields.amount()
    request_line_id = models.CharField(_("Request line"), max_length=22, db_index=True)
    document_kind = models.CharField(max_length=80)
    document_id = models.CharField(max_length=40)
    document_number = models.CharField(_("Document"), max_length=40, blank=True)
    at = models.DateTimeField(_("When"), auto_now_add=True)

    objects = scoped(BudgetEntryQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Budget entry")
        ordering = ["-id"]
        indexes = [models.Index(fields=["line", "bucket"], name="budgetentry_line")]

    def __str__(self) -> str:
        return f"{self.bucket} {self.amount}"
