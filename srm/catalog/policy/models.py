"""Versions of policies, and the overrides that were written against them."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from srm.catalog.models import Category
from srm.catalog.policy.procedures import label_of
from srm.catalog.policy.rules import RULES
from srm.core import clock, fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped

VIEW, EDIT, OVERRIDE = "catalog.view_policy", "catalog.policy", "catalog.override_policy"


class PolicyQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """Those who buy and those who look after it; no supplier learns how he is chosen."""
        return self.none() if actor.is_outside or not actor.may(VIEW) else self

    def in_force(self, day):
        """Of each category the last version that holds on `day`."""
        rows = CategoryPolicy.objects.unscoped("whether a later version holds")
        later = rows.filter(category=OuterRef("category"), edition__gt=OuterRef("edition"), valid_from__lte=day)
        return self.filter(~Exists(later), valid_from__lte=day)


class CategoryPolicy(ScopedModel):
    """One version of a category's policy; it is never changed, the next `edition` takes its place from `valid_from` on.

    Weights are per cent and make 100 together. A rule that is empty is taken from the category above. `segment` is the
    place on the matrix that it was proposed from; empty for what was written by hand. `review_on` follows from the
    cadence.
    """

    page = "catalog:categorypolicy-detail"

    public_id = fields.public_id()
    category = models.ForeignKey(Category, models.PROTECT, related_name="policies", verbose_name=_("Category"))
    edition = models.PositiveIntegerField(_("Version"), editable=False)
    valid_from = models.DateField(_("Valid from"))
    procedure = models.CharField(_("Procedure"), max_length=12, blank=True)
    min_bidders = models.PositiveSmallIntegerField(
        _("Suppliers to ask, at least"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    price_weight = models.DecimalField(
        _("Weight of the price, %"), max_digits=5, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )  # fmt: skip
    quality_weight = models.DecimalField(
        _("Weight of the quality, %"), max_digits=5, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )  # fmt: skip
    dual_source = models.BooleanField(_("Keep a second source"), null=True, blank=True)
    contract_months = models.PositiveSmallIntegerField(
        _("Contract, months"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(120)]
    )
    cover_days = models.PositiveSmallIntegerField(
        _("Stock lasts, days"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(730)]
    )
    approval_note = models.CharField(_("Who is to agree"), max_length=300, blank=True)
    review_months = models.PositiveSmallIntegerField(
        _("Looked at again every, months"), null=True, blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )  # fmt: skip
    reason = models.CharField(_("Why so"), max_length=300, blank=True)
    segment = models.CharField(_("Proposed from"), max_length=12, choices=Category.Segment, blank=True, editable=False)
    review_on = models.DateField(_("Next review"), null=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False,
        verbose_name=_("Written by"),
    )  # fmt: skip
    created_at = models.DateTimeField(_("Made"), default=clock.now, editable=False)

    objects = scoped(PolicyQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Policy")
        verbose_name_plural = _("Policies")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["category", "edition"], name="categorypolicy_edition_once"),
            models.CheckConstraint(
                condition=Q(price_weight__isnull=True, quality_weight__isnull=True)
                | Q(price_weight__isnull=False, quality_weight__isnull=False),
                name="categorypolicy_both_weights",
                violation_error_message=_("Give both weights, or neither."),
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="categorypolicy_created"),
            models.Index(fields=["review_on", "id"], name="categorypolicy_review"),
        ]

    def __str__(self) -> str:
        return _("%(category)s, version %(edition)d") % {"category": self.category, "edition": self.edition}

    @property
    def procedure_label(self) -> str:
        """The procedure's name."""
        return label_of(self.procedure) if self.procedure else ""

    @property
    def rules(self) -> dict:
        """Its values by rule, the open ones among them."""
        return {rule: getattr(self, rule) for rule in RULES}


class OverrideQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """As policies."""
        return self.none() if actor.is_outside or not actor.may(VIEW) else self


class PolicyOverride(ScopedModel):
    """A rule that one document was let past, with the reason. `wanted` is what the rule said, `done` what was done."""

    public_id = fields.public_id()
    policy = models.ForeignKey(CategoryPolicy, models.PROTECT, related_name="overrides", verbose_name=_("Policy"))
    rule = models.CharField(_("Rule"), max_length=20)
    wanted = models.CharField(_("The policy asks for"), max_length=20)
    done = models.CharField(_("Done instead"), max_length=20)
    reason = models.CharField(_("Reason"), max_length=500)
    document_kind = models.CharField(max_length=80, editable=False)
    document_id = models.CharField(max_length=22, editable=False)
    document_number = models.CharField(_("Document"), max_length=40, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("Who")
    )
    created_at = models.DateTimeField(_("When"), default=clock.now, editable=False)

    objects = scoped(OverrideQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Override of a policy")
        verbose_name_plural = _("Overrides of policies")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["document_kind", "document_id"], name="policyoverride_document"),
            models.Index(fields=["-created_at", "-id"], name="policyoverride_created"),
        ]

    def __str__(self) -> str:
        return f"{self.document_number or self.document_kind}: {self.rule}"
