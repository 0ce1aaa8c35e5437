"""Rules, routes, steps."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from srm.catalog.models import Category
from srm.core import fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from srm.people.roles import ROLES, STAFF_ROLES


class ApprovalRule(models.Model):
    """From `min_amount` on, step `order` of a document of `kind` is decided by a person, or by a role.

    "The department's head" walks up the tree until somebody may decide.
    """

    class Who(models.TextChoices):
        USER = "user", _("A person")
        ROLE = "role", _("Anybody with the role")
        HEAD = "head", _("The department's head")
        OWNER = "owner", _("The cost centre's owner")

    public_id = fields.public_id()
    kind = models.CharField(_("Document"), max_length=80, choices=[("procurement.purchaserequest", _("Request"))])
    order = models.PositiveSmallIntegerField(_("Step"), default=1)
    min_amount = fields.amount(_("From amount"), default=0, help_text=_("In the base currency."))
    department = models.ForeignKey(
        "srm.Department", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Department")
    )
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Category")
    )
    who = models.CharField(_("Who decides"), max_length=5, choices=Who, default=Who.HEAD)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Person")
    )
    role = models.CharField(
        _("Role"), max_length=20, blank=True,
        choices=[(name, ROLES[name][0]) for name in ROLES if name in STAFF_ROLES],
    )  # fmt: skip
    is_active = models.BooleanField(_("Active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    page = "approvals:approvalrule-detail"

    class Meta:
        verbose_name = _("Approval rule")
        verbose_name_plural = _("Approval rules")
        ordering = ["kind", "order", "min_amount"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.order}: {self.get_who_display()}"


class ApprovalQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """Routes and steps are shown on the document's own page; lists show those one may decide."""
        return self if actor.may("approvals.view") else self.none()


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
    title = models.CharField(max_length=250)
    amount = fields.amount(default=0)
    currency = fields.currency(default="EUR")
    content_hash = models.CharField(max_length=64)
    outcome = models.CharField(max_length=10, choices=State, default=State.OPEN)
    # Person ids of everybody who asked for, made or edited it: none of them may decide.
    barred = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = scoped(ApprovalQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Approval")
        constraints = [
            models.UniqueConstraint(
                fields=["document_kind", "document_id"], condition=Q(outcome="open"), name="approvalroute_one_open"
            )
        ]
        indexes = [models.Index(fields=["document_kind", "document_id"], name="approvalroute_document")]

    def __str__(self) -> str:
        return self.title


class ApprovalStep(ScopedModel):
    """One decision: who may take it, and who took it."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        RETURNED = "returned", _("Returned")
        SKIPPED = "skipped", _("Skipped")

    public_id = fields.public_id()
    route = models.ForeignKey(ApprovalRoute, models.CASCADE, related_name="steps")
    order = models.PositiveSmallIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=20, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.WAITING, db_index=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    objects = scoped(ApprovalQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Approval step")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return f"{self.route_id}/{self.order}"
