"""Suppliers, contacts, memberships."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from srm.catalog.models import Category
from srm.core import clock, fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from srm.core.search import Searchable, SearchMixin
from suppliers.registry.lifecycle import SupplierLifecycle, SupplierState

INCOTERMS = [
    ("EXW", "EXW"), ("FCA", "FCA"), ("CPT", "CPT"), ("CIP", "CIP"), ("DAP", "DAP"), ("DPU", "DPU"), ("DDP", "DDP"),
    ("FAS", "FAS"), ("FOB", "FOB"), ("CFR", "CFR"), ("CIF", "CIF"), ("DDU", "DDU"),
]  # fmt: skip  # Incoterms 2020, and DDU of Incoterms 2000, which old orders carry


class SupplierQuerySet(SearchMixin, ScopedQuerySet):
    def visible_to(self, actor):
        """Staff with the right see all; a supplier's user sees his own firm and no other."""
        if actor.is_supplier:
            return self.filter(pk=actor.supplier_id)
        return self if actor.may("registry.view") else self.none()


class Supplier(SupplierLifecycle, ScopedModel, Searchable):
    """A firm we buy from, or might."""

    feed = "supplier"
    page = "registry:supplier-detail"

    public_id = fields.public_id()
    code = models.CharField(_("Code"), max_length=20, unique=True)
    name = models.CharField(_("Name"), max_length=200)
    legal_name = models.CharField(_("Registered name"), max_length=250, blank=True)
    country = models.CharField(_("Country"), max_length=2, blank=True)
    tax_id = models.CharField(_("Tax number"), max_length=20, blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=20, blank=True)
    email = models.EmailField(_("E-mail"), blank=True)
    phone = models.CharField(_("Phone"), max_length=40, blank=True)
    website = models.URLField(_("Website"), blank=True)
    address = models.TextField(_("Address"), blank=True, max_length=500)
    language = models.CharField(
        _("Language"), max_length=2, default="en", choices=[("en", "English"), ("ru", "Русский"), ("bg", "Български")]
    )
    currency = fields.currency(default="EUR")
    incoterm = models.CharField(_("Usual Incoterm"), max_length=3, choices=INCOTERMS, blank=True)
    payment_days = models.PositiveSmallIntegerField(_("Payment, days"), default=30)
    categories = models.ManyToManyField(Category, blank=True, related_name="+", verbose_name=_("Supplies"))
    once = models.BooleanField(
        _("One-time supplier"), default=False, db_default=False, editable=False,
        help_text=_("Entered in short for a single order; not invited to tenders, no access to the portal."),
    )  # fmt: skip
    segment = models.CharField(_("Segment"), max_length=12, choices=Category.Segment, blank=True, editable=False)
    suspended_until = models.DateField(_("Suspended until"), null=True, blank=True, editable=False)
    next_check = models.DateTimeField(null=True, editable=False, db_index=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(_("Made"), default=clock.now, editable=False)
    updated_at = fields.changed_at()
    version = models.PositiveIntegerField(default=1, editable=False)

    search_fields = ("code", "name", "legal_name", "tax_id", "vat_number", "email")
    objects = scoped(SupplierQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Supplier")
        verbose_name_plural = _("Suppliers")
        ordering = ["name"]
        indexes = [
            models.Index(fields=["name", "id"], name="supplier_name"),
            models.Index(fields=["-created_at", "-id"], name="supplier_created"),
            models.Index(fields=["tax_id"], name="supplier_tax_id"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse(self.page, args=[self.public_id])

    def feed_payload(self) -> dict:
        """What followers of suppliers are told."""
        return {
            "code": self.code, "name": self.name, "legal_name": self.legal_name, "country": self.country,
            "tax_id": self.tax_id, "vat_number": self.vat_number, "state": self.state,
        }  # fmt: skip

    @property
    def usable(self) -> bool:
        """Whether it may be invited now. From a one-time supplier something is ordered once, and that is all."""
        return self.state == SupplierState.ACTIVE and not self.once


class OfSupplierQuerySet(ScopedQuerySet):
    """Rows that hang on a supplier follow the supplier's scope."""

    def visible_to(self, actor):
        if actor.is_supplier:
            return self.filter(supplier_id=actor.supplier_id)
        return self if actor.may("registry.view") else self.none()


class ContactQuerySet(SearchMixin, OfSupplierQuerySet):
    """Contacts, searched by name, address and position."""


class Contact(ScopedModel, Searchable):
    """A person at a supplier; mails about tenders and orders go to those marked for them."""

    public_id = fields.public_id()
    supplier = models.ForeignKey(Supplier, models.CASCADE, related_name="contacts")
    name = models.CharField(pgettext_lazy("person", "Name"), max_length=150)
    position = models.CharField(_("Position"), max_length=100, blank=True)
    email = models.EmailField(_("E-mail"))
    phone = models.CharField(_("Phone"), max_length=40, blank=True)
    language = models.CharField(
        _("Language"), max_length=2, default="en", choices=[("en", "English"), ("ru", "Русский"), ("bg", "Български")]
    )
    gets_tenders = models.BooleanField(_("Gets invitations"), default=True)
    gets_orders = models.BooleanField(_("Gets orders"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    search_fields = ("name", "email", "position")
    objects = scoped(ContactQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Contact")
        verbose_name_plural = _("Contacts")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["supplier", "email"], name="contact_email_once")]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"


class Membership(ScopedModel):
    """An account that acts for a supplier; one account, one supplier."""

    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="members")
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    role = models.CharField(
        _("Role"), max_length=20, default="supplier_admin",
        choices=[("supplier_admin", _("Supplier administrator")), ("supplier_user", _("Supplier user"))],
    )  # fmt: skip

    objects = scoped(OfSupplierQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Account of a supplier")

    def __str__(self) -> str:
        return f"{self.user}"

    @property
    def status(self) -> str:
        """Invited, open or closed."""
        if not self.user.is_active:
            return str(_("closed"))
        return str(_("open") if self.user.has_usable_password() else _("invited"))
