"""Fields of API bodies: references by public id, exact numbers as text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from srm.core import quantities
from srm.core.actor import Actor
from srm.core.errors import InvalidInput
from srm.core.redirects import current_in

PUBLIC_ID = re.compile(r"[A-Za-z0-9_-]{22}")
CODE = re.compile(r"[^\x00-\x1f\ud800-\udfff]{1,60}")
_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")


def readable(model: type[models.Model], actor: Actor) -> QuerySet:
    """The rows of `model` that `actor` may know of. Models without a scope are the firm's master data, for staff."""
    visible = getattr(model.objects, "visible_to", None)  # type: ignore[attr-defined]
    if visible is not None:
        return visible(actor)
    rows = model.objects.all()  # type: ignore[attr-defined]
    return rows.none() if actor.is_supplier or actor.is_anonymous else rows


class RefField(serializers.Field):
    """Another object, named by its public id and found only where the actor may see it.

    An object of others and one that does not exist are refused in the same words.
    """

    default_error_messages = {"missing": _("There is no such entry, or it is not yours to see.")}

    def __init__(
        self, model: type[models.Model], *, key: str = "",
        filter: Callable[[QuerySet], QuerySet] | None = None, **options: Any,
    ):  # fmt: skip
        self.model, self.narrow = model, filter
        # Units and currencies have no public id: their code is public already.
        self.key = key or ("public_id" if hasattr(model, "public_id") else "code")
        super().__init__(**options)

    def to_internal_value(self, data: object) -> models.Model:
        """The object named `data`."""
        self.fetch([data])
        found = self.known().get(data) if isinstance(data, str) else None
        if found is not None:
            found = current_in(self.rows(), found)
        if found is None:
            self.fail("missing")
        return found

    def to_representation(self, value: Any) -> str:
        """Its public id."""
        return getattr(value, self.key)

    def rows(self) -> QuerySet:
        """Where references are looked up."""
        rows = readable(self.model, self.context["actor"])
        return self.narrow(rows) if self.narrow else rows

    def known(self) -> dict[str, Any]:
        """What was already looked up in this request; None for what is not there."""
        found = self.context.setdefault("_refs", {})
        return found.setdefault((self.model, self.key, self.narrow), {})

    def fetch(self, wanted: Iterable[object]) -> None:
        """Look up many at once, so that a thousand lines cost one query and not a thousand."""
        known, shape = self.known(), PUBLIC_ID if self.key == "public_id" else CODE
        keys = {each for each in wanted if isinstance(each, str) and shape.fullmatch(each) and each not in known}
        found = {getattr(row, self.key): row for row in self.rows().filter(**{f"{self.key}__in": keys})} if keys else {}
        known.update({each: found.get(each) for each in keys})


class RefListField(serializers.ListField):
    """Several other objects, each once; shown from a relation or a list."""

    def __init__(
        self, model: type[models.Model], *, key: str = "",
        filter: Callable[[QuerySet], QuerySet] | None = None, **options: Any,
    ):  # fmt: skip
        options.setdefault("max_length", 1000)
        super().__init__(child=RefField(model, key=key, filter=filter), **options)

    def to_internal_value(self, data: Any) -> list[models.Model]:
        """The objects, looked up together."""
        if isinstance(data, list):
            self.child.fetch(data)
        return list(dict.fromkeys(super().to_internal_value(data)))

    def to_representation(self, data: Any) -> list[str]:
        """Their public ids."""
        return [self.child.to_representation(row) for row in (data.all() if hasattr(data, "all") else data)]


class DecimalField(serializers.Field):
    """An exact number: text like "12.5" (a JSON number is taken too), never NaN, never a float's noise."""

    default_error_messages = {
        "text": _("This is not a number. Write it like “12.5”."),
        "low": _("The least is %(least)s."),
        "high": _("The most is %(most)s."),
        "fine": _("At most %(places)d decimals, please."),
    }
    fixed = False

    def __init__(
        self, *, places: int, minimum: Decimal | int | None = None, maximum: Decimal | int | None = None,
        **options: Any,
    ):  # fmt: skip
        self.places, self.minimum = places, minimum
        self.maximum = maximum if maximum is not None else Decimal(10) ** (15 - places) - 1
        super().__init__(**options)

    def to_internal_value(self, data: object) -> Decimal:
        """The number, within its limits."""
        number = self.read(data)
        try:
            return self.check(number)
        except InvalidInput as fault:
            raise serializers.ValidationError(fault.errors["__all__"]) from fault

    def read(self, data: object) -> Decimal:
        """The number in `data`. No thousands, no decimal comma: "1,234" means two things, and a program must not guess."""
        if isinstance(data, (int, Decimal)) and not isinstance(data, bool):
            return Decimal(data)
        if isinstance(data, str) and _NUMBER.fullmatch(data):
            return Decimal(data)
        return self.fail("text")

    def check(self, number: Decimal) -> Decimal:
        """`number` with its decimals, or the sentence why not."""
        if self.minimum is not None and number < self.minimum:
            self._refuse("low", least=self.minimum)
        if number > self.maximum or number < -self.maximum:
            self._refuse("high", most=self.maximum)
        rounded = number.quantize(Decimal(1).scaleb(-self.places))
        if rounded != number:
            self._refuse("fine", places=self.places)
        return rounded

    def to_representation(self, value: object) -> str:
        """Plain digits: all decimals for money, only those needed for the rest."""
        number = Decimal(str(value)).quantize(Decimal(1).scaleb(-self.places))
        return format(number if self.fixed or not number else number.normalize(), "f")

    def _refuse(self, key: str, **values: object) -> None:
        raise InvalidInput(str(self.error_messages[key]) % values)


class QuantityField(DecimalField):
    """A quantity of goods: above zero, at most four decimals."""

    def __init__(self, **options: Any):
        super().__init__(places=4, **options)

    def check(self, number: Decimal) -> Decimal:
        return quantities.clean_quantity(number)


class PriceField(DecimalField):
    """A unit price: from zero up, at most six decimals."""

    def __init__(self, **options: Any):
        super().__init__(places=6, **options)

    def check(self, number: Decimal) -> Decimal:
        return quantities.clean_price(number)


class AmountField(DecimalField):
    """Money to the cent, from zero up; its currency stands in a field of its own."""

    fixed = True

    def __init__(self, **options: Any):
        super().__init__(places=2, **options)

    def check(self, number: Decimal) -> Decimal:
        return quantities.clean_amount(number)


class CurrencyField(serializers.RegexField):
    """An ISO 4217 code."""

    default_error_messages = {"invalid": _("Write a currency as three capital letters, like EUR.")}

    def __init__(self, **options: Any):
        super().__init__(r"^[A-Z]{3}\Z", **options)
