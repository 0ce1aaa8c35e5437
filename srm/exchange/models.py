"""Imports with their staged lines, saved mappings, and the log of exports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from srm.core import clock, fields
from srm.core.actor import Actor
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped

STAGED_AT_ONCE = 1000


class OwnedQuerySet(ScopedQuerySet):
    """Rows of people: one's own, or all for who sees all imports and exports."""

    def visible_to(self, actor: Actor) -> OwnedQuerySet:
        """One's own."""
        if actor.sees_all("exchange"):
            return self
        return self.filter(user_id=actor.user_id) if actor.user_id else self.none()


class MappingQuerySet(ScopedQuerySet):
    """Saved mappings."""

    def visible_to(self, actor: Actor) -> MappingQuerySet:
        """One's own, and those that colleagues share."""
        if not actor.user_id or not actor.may("exchange.import"):
            return self.none()
        return self.filter(Q(user_id=actor.user_id) | Q(shared=True))


class RowQuerySet(ScopedQuerySet):
    """Staged lines."""

    def visible_to(self, actor: Actor) -> RowQuerySet:
        """Lines of the imports one sees."""
        return self.filter(run__in=ImportRun.objects.visible_to(actor))


class ImportMapping(ScopedModel):
    """How files of one origin are read: which heading is which column, how numbers and dates are written."""

    public_id = fields.public_id()
    kind = models.CharField(_("Kind"), max_length=60)
    name = models.CharField(_("Name"), max_length=80)
    mapping = models.JSONField(default=dict)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("Owner"))
    shared = models.BooleanField(_("Shared with colleagues"), default=False)
    updated_at = models.DateTimeField(_("Changed"), default=clock.now)

    objects = scoped(MappingQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Column mapping")
        verbose_name_plural = _("Column mappings")
        constraints = [models.UniqueConstraint(fields=["user", "kind", "name"], name="mapping_name")]

    def __str__(self) -> str:
        return self.name


class ImportRun(ScopedModel):
    """One file on its way in. Its state follows its job; nothing but services writes it."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Uploaded")
        MAPPED = "mapped", _("Checking")
        CHECKED = "checked", _("Checked")
        APPLYING = "applying", _("Importing")
        APPLIED = "applied", _("Imported")
        FAILED = "failed", pgettext_lazy("import", "Failed")
        CANCELLED = "cancelled", _("Cancelled")

    tones = {"mapped": "live", "checked": "wait", "applying": "live", "applied": "good"}
    EDITABLE = (State.UPLOADED, State.MAPPED, State.CHECKED, State.FAILED)

    public_id = fields.public_id()
    kind = models.CharField(_("Kind"), max_length=60)
    state = models.CharField(_("State"), max_length=9, choices=State, default=State.UPLOADED)
    file_name = models.CharField(_("File"), max_length=150)
    storage_name = models.CharField(max_length=200, blank=True, editable=False)
    size = models.PositiveBigIntegerField(_("Size"), default=0)
    sha256 = models.CharField(max_length=64, editable=False)
    info = models.JSONField(default=dict)
    profile = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    total = models.PositiveIntegerField(pgettext_lazy("file", "Lines"), default=0)
    good = models.PositiveIntegerField(_("Good lines"), default=0)
    rejected = models.PositiveIntegerField(_("Rejected lines"), default=0)
    skipped = models.PositiveIntegerField(_("Skipped lines"), default=0)
    imported = models.PositiveIntegerField(_("Imported lines"), default=0)
    totals = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    result = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    error = models.TextField(_("Error"), blank=True)
    job = models.ForeignKey("srm.Job", models.SET_NULL, null=True, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("Imported by")
    )
    created_at = models.DateTimeField(_("Uploaded"), default=clock.now)
    checked_at = models.DateTimeField(_("Checked"), null=True)
    applied_at = models.DateTimeField(_("Imported"), null=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = scoped(OwnedQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Import")
        verbose_name_plural = _("Imports")
        indexes = [
            models.Index(fields=["user", "-id"], name="import_mine"),
            models.Index(fields=["kind", "sha256"], name="import_file"),
        ]

    def __str__(self) -> str:
        return self.file_name

    def staged(self, outcome: str = "pending") -> Iterator[list[ImportRow]]:
        """The staged lines of one outcome in the order of the file, a portion at a time."""
        last = 0
        while some := list(self.rows_of(outcome).filter(line__gt=last).order_by("line")[:STAGED_AT_ONCE]):
            yield some
            last = some[-1].line

    def figures(self, of: str) -> list[tuple[str, Any]]:
        """(label, value) of the "totals" or the "result", in the order in which they were told."""
        found, told = getattr(self, of), self.info.get("figures", [])
        return sorted(found.items(), key=lambda one: told.index(one[0]) if one[0] in told else len(told))

    def rows_of(self, outcome: str = "") -> models.QuerySet[ImportRow]:
        """The staged lines, of one outcome or all."""
        rows = ImportRow.objects.unscoped("the import has been resolved").filter(run=self)
        return rows.filter(outcome=outcome) if outcome else rows


class ImportRow(ScopedModel):
    """A staged line: what stood there, what was read, what is wrong, what became of it. Reached through its import."""

    class Outcome(models.TextChoices):
        PENDING = "pending", _("Good")
        IMPORTED = "imported", _("Imported")
        REJECTED = "rejected", _("Rejected")
        SKIPPED = "skipped", _("Skipped")

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="+")
    line = models.PositiveIntegerField()
    raw = models.JSONField(default=list)
    parsed = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    faults = models.JSONField(default=list)
    treatment = models.CharField(max_length=30, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.PENDING)
    reason = models.CharField(max_length=300, blank=True)

    objects = scoped(RowQuerySet)

    class Meta(ScopedModel.Meta):
        constraints = [models.UniqueConstraint(fields=["run", "line"], name="import_row_line")]
        indexes = [models.Index(fields=["run", "outcome", "line"], name="import_row_outcome")]

    def __str__(self) -> str:
        return f"{self.line}: {self.outcome}"

    def fault_at(self, column: str) -> str:
        """What is wrong with one cell."""
        return " ".join(fault["message"] for fault in self.faults if fault["column"] == column)


class Export(ScopedModel):
    """Who took which rows out when. A large export's file lies in the store for some days."""

    public_id = fields.public_id()
    title = models.CharField(_("Content"), max_length=150)
    model = models.CharField(max_length=80)
    query = models.TextField(_("Filter"), blank=True)
    format = models.CharField(_("Format"), max_length=4)
    row_count = models.PositiveIntegerField(_("Rows"), default=0)
    size = models.PositiveBigIntegerField(_("Size"), default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    storage_name = models.CharField(max_length=200, blank=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("Exported by")
    )
    created_at = models.DateTimeField(_("Exported"), default=clock.now)

    objects = scoped(OwnedQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Export")
        verbose_name_plural = _("Exports")
        indexes = [models.Index(fields=["user", "-id"], name="export_mine")]

    def __str__(self) -> str:
        return f"{self.title} ({self.format})"


def as_dicts(faults: list[Any]) -> list[dict[str, str]]:
    """Faults of a parsed line as JSON keeps them."""
    return [{"column": fault.column, "message": fault.message} for fault in faults]
