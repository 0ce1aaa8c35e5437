"""Budget lines and their entries."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from srm.approvals.selectors import asked_of
from srm.budget.lifecycle import CarryLifecycle, ChangeLifecycle, ClosingLifecycle
from srm.catalog.models import Category
from srm.core import clock, fields
from srm.core.actor import Actor
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from srm.flow.document import Document
from srm.people.models import CostCenter

SEE_ALL = frozenset({"buyer", "head", "accountant", "payment_approver", "auditor"})


FINANCE = frozenset({"accountant", "payment_approver"})


def is_finance(actor: Actor) -> bool:
    """Whether the actor answers for the firm's money, not for a cost centre's."""
    return actor.kind == "system" or bool(actor.roles & FINANCE)


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


class Period(models.TextChoices):
    """The part of a year for which a budget is: all of it, a quarter, a month."""

    YEAR = "year", _("Whole year")
    Q1 = "q1", _("1st quarter")
    Q2 = "q2", _("2nd quarter")
    Q3 = "q3", _("3rd quarter")
    Q4 = "q4", _("4th quarter")
    M01 = "m01", _("January")
    M02 = "m02", _("February")
    M03 = "m03", _("March")
    M04 = "m04", _("April")
    M05 = "m05", _("May")
    M06 = "m06", _("June")
    M07 = "m07", _("July")
    M08 = "m08", _("August")
    M09 = "m09", _("September")
    M10 = "m10", _("October")
    M11 = "m11", _("November")
    M12 = "m12", _("December")

    @classmethod
    def around(cls, day: dt.date) -> tuple[Period, Period, Period]:
        """The periods in which a day lies, the longest first."""
        return cls.YEAR, cls(f"q{(day.month + 2) // 3}"), cls(f"m{day.month:02}")

    @property
    def months(self) -> tuple[int, int]:
        """Its first and its last month."""
        number = int(self.value[1:]) if self != Period.YEAR else 0
        if self.value.startswith("q"):
            return number * 3 - 2, number * 3
        return (number, number) if number else (1, 12)

    @property
    def length(self) -> int:
        """How many months it has."""
        first, last = self.months
        return last - first + 1

    def days_in(self, year: int) -> tuple[dt.date, dt.date]:
        """Its first and its last day in `year`."""
        first, last = self.months
        return dt.date(year, first, 1), dt.date(year + last // 12, last % 12 + 1, 1) - dt.timedelta(days=1)

    def in_words(self, year: int) -> str:
        """With its year: "2026", "May 2026"."""
        return str(year) if self == Period.YEAR else f"{self.label} {year}"


class BudgetLine(ScopedModel):
    """What a cost centre may spend in a period, for one category's tree or for everything.

    The three buckets are the sums of the entries, kept here so that lists and the check under lock read one row.
    Amounts are gross of nothing: net of recoverable VAT, in the legal entity's base currency.
    """

    public_id = fields.public_id()
    cost_center = models.ForeignKey(CostCenter, models.PROTECT, related_name="+", verbose_name=_("Cost centre"))
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Category"),
        help_text=_("With everything below it. Left empty, the budget is for all that has no budget of its own."),
    )  # fmt: skip
    year = models.PositiveSmallIntegerField(_("Year"), validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    period = models.CharField(_("Period"), max_length=4, choices=Period, default=Period.YEAR)
    amount = fields.amount(_("Budget"), validators=[MinValueValidator(Decimal(0))])
    currency = fields.currency(default="EUR")
    reserved = fields.amount(_("Reserved"), default=0, editable=False)
    committed = fields.amount(_("Ordered"), default=0, editable=False)
    spent = fields.amount(_("Spent"), default=0, editable=False)
    # Per cent of which its owner was told already, so that he hears of each limit once.
    told = models.PositiveSmallIntegerField(default=0, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    page = "budget:budgetline-detail"
    objects = scoped(BudgetQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Budget")
        verbose_name_plural = _("Budgets")
        ordering = ["-year", "cost_center"]
        constraints = [
            models.UniqueConstraint(
                fields=["cost_center", "category", "year", "period"], name="budgetline_once",
                violation_error_message=_("This cost centre already has a budget for this category and period."),
            ),
            models.UniqueConstraint(
                fields=["cost_center", "year", "period"], condition=Q(category=None), name="budgetline_general_once",
                violation_error_message=_("This cost centre already has a budget for this period."),
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0) & Q(reserved__gte=0) & Q(committed__gte=0) & Q(spent__gte=0),
                name="budgetline_not_negative",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["-year", "cost_center"], name="budgetline_year")]

    def __str__(self) -> str:
        what = f" {self.category.name}" if self.category else ""
        return f"{self.cost_center.code}{what} {self.span}"

    @property
    def span(self) -> str:
        """Its period in words: "2026", "May 2026"."""
        return Period(self.period).in_words(self.year)

    @property
    def starts_on(self) -> dt.date:
        """The first day of its period."""
        return Period(self.period).days_in(self.year)[0]

    @property
    def ends_on(self) -> dt.date:
        """The last day of its period."""
        return Period(self.period).days_in(self.year)[1]

    @property
    def has_begun(self) -> bool:
        """Whether its first day has come: from then on its amount changes only with somebody's approval."""
        return self.starts_on <= clock.today()

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
        """Whether nothing more can be approved or ordered once it is used up: its cost centre says so."""
        return self.cost_center.budget_policy == CostCenter.BudgetPolicy.STOP


class BudgetEntryQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """Entries of the budgets the actor sees."""
        return self.filter(line__in=BudgetLine.objects.visible_to(actor))


class BudgetEntry(ScopedModel):
    """A signed amount in one bucket, with the document line that caused it.

    `granted` entries are changes of the budget's own amount; what it was given before its period began has none.
    """

    append_only = True
    public_id = fields.public_id()

    class Bucket(models.TextChoices):
        RESERVED = "reserved", _("Reserved")
        COMMITTED = "committed", _("Ordered")
        SPENT = "spent", _("Spent")
        GRANTED = "granted", _("Budget amount")

    line = models.ForeignKey(BudgetLine, models.PROTECT, related_name="entries")
    bucket = models.CharField(_("Kind"), max_length=10, choices=Bucket)
    amount = fields.amount()
    request_line_id = models.CharField(_("Request line"), max_length=22, db_index=True)
    document_kind = models.CharField(max_length=80, blank=True)
    document_id = models.CharField(max_length=40, blank=True)
    document_number = models.CharField(_("Document"), max_length=40, blank=True)
    at = models.DateTimeField(_("When"), default=clock.now, editable=False)
    # The last day of the closed period for which it came too late; it counts in the line's period instead.
    late_for = models.DateField(_("Late for"), null=True, editable=False)

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


class ChangeQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """Changes of budgets one sees, those one made, and those one is asked to decide."""
        if not actor.may("budget.view") or actor.is_supplier:
            return self.none()
        if sees_all(actor):
            return self
        lines = BudgetLine.objects.visible_to(actor).values("pk")
        asked = asked_of(actor, BudgetChange._meta.label_lower)
        mine = Q(created_by_id=actor.user_id) | Q(public_id__in=asked)
        return self.filter(mine | Q(giver__in=lines) | Q(receiver__in=lines))


class BudgetChange(ChangeLifecycle, Document):
    """Money that moves from `giver` to `receiver`; without a giver it is new money, without a receiver a cut."""

    series = "BC"
    page = "budget:budgetchange-detail"

    giver = models.ForeignKey(
        BudgetLine, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("From budget"),
        help_text=_("Left empty: new money."),
    )  # fmt: skip
    receiver = models.ForeignKey(
        BudgetLine, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("To budget"),
        help_text=_("Left empty: the budget is cut."),
    )  # fmt: skip
    amount = fields.amount(_("Amount"), validators=[MinValueValidator(Decimal("0.01"))])
    currency = fields.currency(default="EUR")
    reason = models.CharField(_("Why"), max_length=500)

    objects = scoped(ChangeQuerySet)

    class Meta(Document.Meta):
        verbose_name = _("Budget change")
        verbose_name_plural = _("Budget changes")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["-created_at", "-id"], name="budgetchange_created")]
        constraints = [
            models.CheckConstraint(
                condition=Q(giver__isnull=False) | Q(receiver__isnull=False), name="budgetchange_names_a_budget"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="budgetchange_positive"),
        ]

    @property
    def kind_label(self) -> str:
        """Transfer, new money, or cut."""
        if self.giver_id and self.receiver_id:
            return gettext("Transfer")
        return gettext("Cut") if self.giver_id else gettext("New money")


class ClosingQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """For those who see budgets, and those who close periods."""
        return self if actor.may("budget.periods") else self.none()


class ClosedPeriod(ClosingLifecycle, Document):
    """A part of a year of one legal entity that was closed, or closed and opened again."""

    page = "budget:closedperiod-detail"

    year = models.PositiveSmallIntegerField(_("Year"), validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    period = models.CharField(_("Period"), max_length=4, choices=Period, default=Period.YEAR)

    objects = scoped(ClosingQuerySet)

    class Meta(Document.Meta):
        verbose_name = _("Closed period")
        verbose_name_plural = _("Closed periods")
        ordering = ["-year", "period"]
        constraints = [
            models.UniqueConstraint(
                fields=["legal_entity", "year", "period"], name="closedperiod_once",
                violation_error_message=_("This period is listed already. Open it and close it there."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.legal_entity.code} {self.span}"

    @property
    def span(self) -> str:
        """The period in words."""
        return Period(self.period).in_words(self.year)

    @property
    def days(self) -> tuple[dt.date, dt.date]:
        """Its first and its last day."""
        return Period(self.period).days_in(self.year)


class CarryOver(CarryLifecycle, Document):
    """What was still reserved and ordered in a period that ended, carried to the budgets that follow.

    With `with_money` the amounts behind it move along; without, the new budgets pay.
    """

    series = "CO"
    page = "budget:carryover-detail"

    year = models.PositiveSmallIntegerField(_("Year"), validators=[MinValueValidator(2000), MaxValueValidator(2099)])
    period = models.CharField(_("Period"), max_length=4, choices=Period, default=Period.YEAR)
    with_money = models.BooleanField(
        _("With the money"), default=True,
        help_text=_("The old budget's amount moves along. Without it, the new budget pays for what was ordered before."),
    )  # fmt: skip
    line_count = models.PositiveIntegerField(_("Entries"), default=0, editable=False)
    total = fields.amount(_("Carried"), default=0, editable=False)

    objects = scoped(ClosingQuerySet)

    class Meta(Document.Meta):
        verbose_name = _("Carry-over")
        verbose_name_plural = _("Carry-overs")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["-created_at", "-id"], name="carryover_created")]

    @property
    def span(self) -> str:
        """The period in words."""
        return Period(self.period).in_words(self.year)

    @property
    def currency(self) -> str:
        """That of its firm, in which budgets count."""
        return self.legal_entity.currency
