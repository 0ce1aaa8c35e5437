"""Budget lines and their entries."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from srm.catalog.models import Category
from srm.core import clock, fields
from srm.core.actor import Actor
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from srm.people.models import CostCenter

SEE_ALL = frozenset({"buyer", "head", "accountant", "payment_approver", "auditor"})


def sees_all(actor: Actor) -> bool:
    """Buyers, finance and auditors see the budgets of every department."""
    return actor.kind == "system" or bool(actor.roles & SEE_ALL)


def centers_of(actor: Actor) -> models.QuerySet[CostCenter]:
    """The cost centres one owns, or whose department one belongs to or heads."""
    mine = Q(owner_id=actor.user_id)
    for path in actor.departments:
        mine |= Q(department__path__startswith=path)
    return CostCenter.objects.filter(mine)


class BudgetQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """Budgets of the cost centres one owns or whose department one belongs to; all for buyers and finance."""
        if not actor.may("budget.view") or actor.is_supplier:
            return self.none()
        return self if sees_all(actor) else self.filter(cost_center__in=centers_of(actor))


class BudgetLine(ScopedModel):
    """What a cost centre may spend in a year, for one category's tree or for everything.

    The three buckets are the sums of the entries, kept here so that lists and the check under lock read one row.
    Amounts are gross of nothing: net of recoverable VAT, in the legal entity's base currency.
    """

    class Policy(models.TextChoices):
        STOP = "stop", _("Stops")
        WARN = "warn", _("Warns")

    public_id = fields.public_id()
    cost_center = models.ForeignKey(CostCenter, models.PROTECT, related_name="+", verbose_name=_("Cost centre"))
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Category"),
        help_text=_("With everything below it. Left empty, the budget is for all that has no budget of its own."),
    )  # fmt: skip
    year = models.PositiveSmallIntegerField(_("Year"), validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    amount = fields.amount(_("Budget"), validators=[MinValueValidator(Decimal(0))])
    currency = fields.currency(default="EUR")
    policy = models.CharField(
        _("When it is used up"), max_length=4, choices=Policy, default=Policy.STOP,
        help_text=_("Stops: nothing more can be approved. Warns: it can, and everybody concerned is told."),
    )  # fmt: skip
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
            models.UniqueConstraint(
                fields=["cost_center", "category", "year"], name="budgetline_once",
                violation_error_message=_("This cost centre already has a budget for this category and year."),
            ),
            models.UniqueConstraint(
                fields=["cost_center", "year"], condition=Q(category=None), name="budgetline_general_once",
                violation_error_message=_("This cost centre already has a budget for this year."),
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0) & Q(reserved__gte=0) & Q(committed__gte=0) & Q(spent__gte=0),
                name="budgetline_not_negative",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["-year", "cost_center"], name="budgetline_year")]

    def __str__(self) -> str:
        what = f" {self.category.name}" if self.category else ""
        return f"{self.cost_center.code}{what} {self.year}"

    @property
    def used(self) -> Decimal:
        """What is spoken for: reserved, ordered or spent."""
        return self.reserved + self.committed + self.spent

    @property
    def left(self) -> Decimal:
        """What can still be asked for; below zero where the budget was cut or only warns."""
        return self.amount - self.used

    @property
    def stops(self) -> bool:
        """Whether nothing more can be approved once it is used up."""
        return self.policy == self.Policy.STOP


class BudgetEntryQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """Entries of the budgets the actor sees."""
        return self.filter(line__in=BudgetLine.objects.visible_to(actor))


class BudgetEntry(ScopedModel):
    """A signed amount in one bucket, with the document line that caused it."""

    append_only = True
    public_id = fields.public_id()

    class Bucket(models.TextChoices):
        RESERVED = "reserved", _("Reserved")
        COMMITTED = "committed", _("Ordered")
        SPENT = "spent", _("Spent")

    line = models.ForeignKey(BudgetLine, models.PROTECT, related_name="entries")
    bucket = models.CharField(_("Kind"), max_length=10, choices=Bucket)
    amount = fields.amount()
    request_line_id = models.CharField(_("Request line"), max_length=22, db_index=True)
    document_kind = models.CharField(max_length=80, blank=True)
    document_id = models.CharField(max_length=40, blank=True)
    document_number = models.CharField(_("Document"), max_length=40, blank=True)
    at = models.DateTimeField(_("When"), default=clock.now, editable=False)

    objects = scoped(BudgetEntryQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Budget entry")
        verbose_name_plural = _("Budget entries")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["line", "bucket"], name="budgetentry_line"),
            models.Index(fields=["document_kind", "document_id"], name="budgetentry_document"),
        ]
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="budgetentry_not_zero")]

    def __str__(self) -> str:
        return f"{self.bucket} {self.amount}"
