"""Row scope: models with business data can be read through `visible_to(actor)` and in no other way."""

from __future__ import annotations

from django.db import models

from srm.core.actor import Actor


class ScopeError(RuntimeError):
    """Code asked for rows without saying for whom."""


class ScopedQuerySet(models.QuerySet):
    """Base of the QuerySets of models that carry business data."""

    def visible_to(self, actor: Actor) -> ScopedQuerySet:
        """The rows this actor may know of. What is left out answers exactly like what does not exist."""
        raise ScopeError(f"{type(self).__name__} must say who sees its rows.")


class ScopedManager(models.Manager):
    """Opens only by `visible_to(actor)` or, with a reason that a reviewer can search for, `unscoped(reason)`."""

    queryset_class: type[ScopedQuerySet] = ScopedQuerySet

    def get_queryset(self):
        raise ScopeError(f"{self.model.__name__}.objects needs visible_to(actor) or unscoped(reason)")

    def visible_to(self, actor: Actor):
        """See `ScopedQuerySet.visible_to`."""
        return self.queryset_class(self.model, using=self._db).visible_to(actor)

    def unscoped(self, reason: str):
        """All rows, for code that serves the system rather than a reader; `reason` is for the reviewer."""
        if not reason:
            raise ScopeError("unscoped() needs a reason")
        return self.queryset_class(self.model, using=self._db)


def scoped(queryset_class: type[ScopedQuerySet]) -> ScopedManager:
    """A manager over `queryset_class` that refuses to be used without a scope."""
    manager = type(f"{queryset_class.__name__}Manager", (ScopedManager,), {"queryset_class": queryset_class})()
    return manager


class ScopedModel(models.Model):
    """Base of scoped models: `rows` serves Django's own machinery (forms, unique checks, prefetching) only."""

    rows = models.Manager()

    class Meta:
        abstract = True
        default_manager_name = "rows"
        base_manager_name = "rows"
