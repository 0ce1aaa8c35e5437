"""Document numbers without gaps: a locked counter per series, legal entity and year."""

from django.db import models
from django.db.models import F


class Counter(models.Model):
    """The last number given in one series (`PR`, `PO` ...) of one legal entity and year."""

    series = models.CharField(max_length=12)
    legal_entity_id = models.BigIntegerField()
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "legal_entity_id", "year"], name="counter_unique")]

    def __str__(self) -> str:
        return f"{self.series}-{self.year}: {self.last}"


def next_number(series: str, legal_entity_id: int, year: int, prefix: str = "") -> str:
    """The next number of a series, e.g. "PR-2026-00042"; `prefix` tells legal entities apart.

    Must run inside the transaction that uses the number: a rollback gives it back, so the series has no gaps. The
    counter row stays locked until then, which is why numbers are taken late (DESIGN: lock order).
    """
    counters = Counter.objects.filter(series=series, legal_entity_id=legal_entity_id, year=year)
    if not counters.update(last=F("last") + 1):
        Counter.objects.get_or_create(series=series, legal_entity_id=legal_entity_id, year=year)
        counters.update(last=F("last") + 1)
    last = counters.values_list("last", flat=True).get()
    return f"{prefix}{series}-{year}-{last:05d}"


def next_numbers(series: str, legal_entity_id: int, year: int, count: int, prefix: str = "") -> list[str]:
    """The next `count` numbers of a series at once, as `next_number` would give them one by one."""
    if not count:
        return []
    counters = Counter.objects.filter(series=series, legal_entity_id=legal_entity_id, year=year)
    if not counters.update(last=F("last") + count):
        Counter.objects.get_or_create(series=series, legal_entity_id=legal_entity_id, year=year)
        counters.update(last=F("last") + count)
    last = counters.values_list("last", flat=True).get()
    return [f"{prefix}{series}-{year}-{number:05d}" for number in range(last - count + 1, last + 1)]
