"""Templates of requests, their lines, and recurrences."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procurement.patterns.lifecycle import RecurrenceLifecycle, RecurrenceState
from procurement.requests.models import PurchaseRequest
from srm.catalog.models import Category, Item, Unit
from srm.core import clock, fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from srm.core.search import Searchable, SearchMixin

CREATE = "requests.create"


def below_own(actor, prefix: str = "") -> Q:
    """Things of the actor's departments."""
    found = Q(pk__in=[])
    for path in actor.departments:
        found |= Q(**{f"{prefix}department__path__startswith": path})
    return found


class TemplateQuerySet(SearchMixin, ScopedQuerySet):
    def visible_to(self, actor):
        """One's own, and those shared with one's department; buyers see all that is shared."""
        if actor.is_supplier or not actor.may(CREATE):
            return self.none()
        shared = Q(is_shared=True)
        return self.filter(
            Q(owner_id=actor.user_id) | (shared if actor.sees_all("requests") else shared & below_own(actor))
        )


class TemplateLineQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """Lines follow their template."""
        return self.filter(template__in=RequestTemplate.objects.visible_to(actor))


class RequestTemplate(ScopedModel, Searchable):
    """Lines that are asked for again and again, under a name. `lead_days` is how many days ahead they are needed."""

    page = "patterns:requesttemplate-detail"

    public_id = fields.public_id()
    name = models.CharField(_("Name"), max_length=100)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Owner"))
    department = models.ForeignKey("srm.Department", models.PROTECT, related_name="+", verbose_name=_("Department"))
    is_shared = models.BooleanField(
        _("Shared with the department"), default=False, help_text=_("Everybody of the department may ask by it.")
    )
    title = models.CharField(_("What is it for"), max_length=150)
    lead_days = models.PositiveSmallIntegerField(
        _("Needed within, days"), default=14, validators=[MinValueValidator(1), MaxValueValidator(3650)]
    )
    place = models.ForeignKey(
        "srm.Place", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Delivery place")
    )
    cost_center = models.ForeignKey(
        "srm.CostCenter", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Cost centre")
    )
    note = models.TextField(_("Note"), blank=True, max_length=2000)
    line_count = models.PositiveIntegerField(_("Lines"), default=0, editable=False)
    created_at = models.DateTimeField(_("Made"), default=clock.now, editable=False)
    updated_at = fields.changed_at()
    version = models.PositiveIntegerField(default=1, editable=False)

    search_fields = ("name", "title")
    objects = scoped(TemplateQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Request template")
        verbose_name_plural = _("Request templates")
        ordering = ["name"]
        indexes = [models.Index(fields=["name", "id"], name="requesttemplate_name")]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"], name="requesttemplate_name_once",
                violation_error_message=_("You already have a template of this name."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class TemplateLine(ScopedModel):
    """One line of a template: as a request's line, without a date."""

    public_id = fields.public_id()
    template = models.ForeignKey(RequestTemplate, models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField(_("No."), default=1)
    item = models.ForeignKey(Item, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Item"))
    description = models.CharField(_("Description"), max_length=300, blank=True)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Category")
    )
    quantity = fields.quantity(validators=[MinValueValidator(Decimal("0.0001"))])
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("Unit"))
    note = models.CharField(_("Note"), max_length=300, blank=True)

    objects = scoped(TemplateLineQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Template line")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="templateline_positive"),
            models.CheckConstraint(condition=Q(item__isnull=False) | ~Q(description=""), name="templateline_says_what"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.what}"

    @property
    def what(self) -> str:
        """The item, or words."""
        return str(self.item) if self.item else self.description


class RecurrenceQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """One's own; those of one's department; all for who sees all requests."""
        if actor.is_supplier or not actor.may(CREATE):
            return self.none()
        if actor.sees_all("requests"):
            return self
        return self.filter(Q(owner_id=actor.user_id) | below_own(actor, "template__"))


class Recurrence(RecurrenceLifecycle, ScopedModel):
    """Asks for a template's lines on `day` of every month, quarter and so on, in its owner's name."""

    class Every(models.TextChoices):
        MONTH = "month", _("Every month")
        TWO_MONTHS = "two_months", _("Every two months")
        QUARTER = "quarter", _("Every quarter")
        HALF_YEAR = "half_year", _("Every half-year")
        YEAR = "year", _("Every year")

    page = "patterns:recurrence-detail"
    stages = (RecurrenceState.RUNNING, RecurrenceState.ENDED)
    tones = {"running": "live", "paused": "wait", "ended": "off"}

    public_id = fields.public_id()
    template = models.ForeignKey(
        RequestTemplate, models.PROTECT, related_name="recurrences", verbose_name=_("Request template")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("In whose name")
    )
    every = models.CharField(_("How often"), max_length=10, choices=Every, default=Every.MONTH)
    day = models.PositiveSmallIntegerField(
        _("On day"), default=1, validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text=_("Of the month; its last day where the month is shorter."),
    )  # fmt: skip
    submit_at_once = models.BooleanField(
        _("Send for approval at once"), default=False, help_text=_("Otherwise a draft waits for you.")
    )
    ends_on = models.DateField(_("Until"), null=True, blank=True)
    next_on = models.DateField(_("Next on"), null=True, editable=False)
    next_check = models.DateTimeField(null=True, editable=False, db_index=True)
    trouble = models.CharField(_("Why it paused"), max_length=500, blank=True, editable=False)
    created_at = models.DateTimeField(_("Made"), default=clock.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = scoped(RecurrenceQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Recurring request")
        verbose_name_plural = _("Recurring requests")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["next_on", "id"], name="recurrence_next_on")]

    def __str__(self) -> str:
        return f"{self.template.name}, {self.get_every_display()}"  # type: ignore[attr-defined]


class RunQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """Runs follow their recurrence."""
        return self.filter(recurrence__in=Recurrence.objects.visible_to(actor))


class RecurrenceRun(ScopedModel):
    """What a recurrence asked for on one due day: the constraint is why it never asks twice."""

    recurrence = models.ForeignKey(Recurrence, models.CASCADE, related_name="runs")
    due_on = models.DateField()
    request = models.ForeignKey(PurchaseRequest, models.PROTECT, related_name="+")

    objects = scoped(RunQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Run of a recurring request")
        ordering = ["-due_on"]
        constraints = [models.UniqueConstraint(fields=["recurrence", "due_on"], name="recurrencerun_once_a_day")]

    def __str__(self) -> str:
        return f"{self.due_on}: {self.request_id}"
