"""Suppliers over the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from srm.catalog.models import Category
from srm.rest.fields import CurrencyField, RefField
from srm.rest.router import register
from srm.rest.serializers import LineSerializer, Serializer
from srm.rest.viewsets import DocumentViewSet
from suppliers.registry import services
from suppliers.registry.filters import SupplierFilter
from suppliers.registry.models import Contact, Supplier
from suppliers.registry.views import SupplierList


class RefListField(serializers.ListField):
    """Many references, shown as a list of public ids."""

    def to_representation(self, data: Any) -> list[str]:
        """The ids of a relation's rows."""
        return super().to_representation(data.all() if hasattr(data, "all") else data)


class ContactSerializer(LineSerializer):
    """A person at a supplier."""

    class Meta:
        model = Contact
        fields = ("name", "position", "email", "phone", "language", "gets_tenders", "gets_orders")
        writable = fields


class SupplierSerializer(Serializer):
    """A supplier with its contacts. Without a code it gets the next free one."""

    code = serializers.CharField(required=False, allow_blank=True, max_length=20)
    currency = CurrencyField(required=False)
    categories = RefListField(child=RefField(Category), required=False)
    contacts = ContactSerializer(many=True, required=False)

    class Meta:
        model = Supplier
        fields = (
            "code", "name", "legal_name", "country", "tax_id", "vat_number", "email", "phone", "website", "address", "language",
            "currency", "incoterm", "payment_days", "categories", "contacts", "once", "segment", "state", "suspended_until",
            "version", "created_at", "updated_at",
        )  # fmt: skip
        writable = (
            "code", "name", "legal_name", "country", "tax_id", "vat_number", "email", "phone", "website", "address", "language",
            "currency", "incoterm", "payment_days", "categories", "contacts",
        )  # fmt: skip


class SupplierViewSet(DocumentViewSet):
    """Suppliers, their contacts, and their moves (suspend, block, reinstate)."""

    model = Supplier
    serializer_class = SupplierSerializer
    permissions = {"view": "registry.view", "create": "registry.edit", "update": "registry.edit"}
    filterset_class = SupplierFilter
    sorts = SupplierList.sorts
    create_service = services.create_supplier
    update_service = services.update_supplier

    def queryset(self) -> Any:
        """With contacts and categories."""
        return super().queryset().prefetch_related("contacts", "categories")


register("suppliers", SupplierViewSet)
