"""How jobs are listed and filtered."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from srm.jobs.models import Job, TickerTask
from srm.ui import filters, tables


class JobTable(tables.Table):
    title = tables.TextColumn()
    state = tables.StateColumn()
    progress = tables.PercentColumn(_("Progress"), accessor="share")
    standing = tables.TextColumn(_("Standing"))
    created_at = tables.TimeColumn()
    finished_at = tables.TimeColumn()
    user = tables.TextColumn(accessor="user.name")

    class Meta:
        model = Job
        hidden = ("user",)


class JobFilter(filters.FilterSet):
    state = filters.MultiChoiceFilter(choices=Job.State.choices, label=_("State"))
    mine = filters.FlagFilter(label=_("Mine"), method="only_mine")

    class Meta:
        model = Job
        fields: list[str] = []

    def only_mine(self, queryset: QuerySet, _name: str, value: bool) -> QuerySet:
        """Jobs that the reader started."""
        return queryset.filter(user_id=self.actor.user_id) if value else queryset


class TaskTable(tables.Table):
    name = tables.TextColumn()
    last_at = tables.TimeColumn()
    last_seconds = tables.NumberColumn()
    next_at = tables.TimeColumn()
    failures = tables.NumberColumn()
    last_error = tables.TextColumn()

    class Meta:
        model = TickerTask


SORTS = {"-created": ("-id",), "created": ("id",)}
