"""Codes over the API, to be looked up."""

from __future__ import annotations

from rest_framework import serializers

from srm.catalog.codes.models import Code
from srm.catalog.codes.views import CodeFilter, CodeList
from srm.rest.router import register
from srm.rest.serializers import Serializer
from srm.rest.viewsets import DocumentViewSet


class CodeSerializer(Serializer):
    """A line of a code list."""

    name = serializers.CharField()

    class Meta:
        model = Code
        fields = ("system", "code", "name", "name_en", "name_ru", "name_bg")


class CodeViewSet(DocumentViewSet):
    """Codes of public lists and of the firm's own; `?q=` finds them by number or words."""

    model, serializer_class = Code, CodeSerializer
    permissions = {"view": "catalog.view"}
    filterset_class, sorts = CodeFilter, CodeList.sorts


register("codes", CodeViewSet)
