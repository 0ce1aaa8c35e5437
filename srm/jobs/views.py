"""Pages of jobs: how far they are, what came of them; and the state of the machinery."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from srm.core import clock
from srm.core.actor import Actor
from srm.jobs import health, services
from srm.jobs.models import Job, TickerTask
from srm.jobs.tables import SORTS, JobFilter, JobTable, TaskTable
from srm.outbox import selectors as outbox
from srm.ui import tables
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, DetailPage, ListPage, Page
from srm.ui.panels import panel
from srm.ui.slots import Action


@menu("settings", gettext_lazy("Jobs"), order=60)
class JobList(ListPage):
    """One's own jobs; everybody's for who manages them."""

    exportable = False
    model = Job
    permission = "jobs.view"
    title = gettext_lazy("Jobs")
    table = JobTable
    filterset = JobFilter
    sorts = SORTS
    views = [
        ("mine", gettext_lazy("Mine"), {"mine": "1"}),
        ("stopped", gettext_lazy("Stopped"), {"state": "parked"}),
    ]
    empty = (gettext_lazy("No jobs yet."), gettext_lazy("Imports, exports and other long work show up here."))

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("user")


class JobDetail(DetailPage):
    """A job: live progress while it works, its result in the end."""

    model = Job
    permission = "jobs.view"
    facts = ["user", "created_at", "started_at", "finished_at", "attempts"]

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("user")

    def actions(self) -> list[Action]:
        job, found = self.object, []
        if job.is_open:
            asked = [_("It stops at its next step.")] if job.cancel_asked_at else []
            found.append(_action("cancel", _("Cancel the job"), job, "danger", asked))
        elif job.state != Job.State.DONE:
            found.append(_action("retry", _("Start again"), job, "primary", []))
        return found


def _action(name: str, label: str, job: Job, tone: str, reasons: list) -> Action:
    address = reverse(f"jobs:job-{name}", args=[job.public_id])
    return Action(name, label, address, tone=tone, direct=True, allowed=not reasons, reasons=reasons)


@panel(Job, gettext_lazy("Progress"), order=10, place="main")
def progress_panel(job: Job, actor: Actor, _request: HttpRequest) -> tuple[str, dict[str, Any]]:
    """Where it is and what came of it; asks again every second while it is open."""
    return "jobs/_progress.html", progress_of(job)


def progress_of(job: Job) -> dict[str, Any]:
    """What the progress card shows."""
    left = time_left(job.seconds_left(clock.now()))
    return {"job": job, "left": left, "url": reverse("jobs:job-progress", args=[job.public_id])}


def time_left(seconds: int | None) -> str:
    """The time left in words, rounded up: an estimate should not pretend to more."""
    if seconds is None:
        return ""
    if seconds < 60:
        return _("less than a minute left")
    minutes = -(-seconds // 60)
    if minutes < 60:
        return ngettext("about %(n)d minute left", "about %(n)d minutes left", minutes) % {"n": minutes}
    hours = -(-minutes // 60)
    return ngettext("about %(n)d hour left", "about %(n)d hours left", hours) % {"n": hours}


class JobProgress(Page):
    """The progress card alone, for polling. When the job has ended the whole page is loaded anew, once."""

    model = Job
    permission = "jobs.view"
    name = "progress"
    template = "jobs/_progress.html"

    def context(self) -> dict[str, Any]:
        return {**super().context(), **progress_of(self.object)}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = self.show()
        if not self.object.is_open:
            response.headers["HX-Refresh"] = "true"
        return response


class JobCancel(ActionPage):
    """Asks a job to stop."""

    model = Job
    permission = "jobs.view"
    name = "cancel"
    title = gettext_lazy("Cancel the job")
    ask = gettext_lazy("It stops at its next step. What it has finished until then stays.")
    submit = gettext_lazy("Cancel the job")
    tone = "danger"

    def act(self, form: Any) -> Job:
        return services.cancel(self.object, actor=self.actor)


class JobRetry(ActionPage):
    """Starts a stopped job again."""

    model = Job
    permission = "jobs.view"
    name = "retry"
    title = gettext_lazy("Start again")
    ask = gettext_lazy("It starts from the beginning; what it had finished is not done twice.")
    submit = gettext_lazy("Start again")

    def act(self, form: Any) -> Job:
        return services.retry(self.object, actor=self.actor)


@menu("settings", gettext_lazy("System state"), order=90)
class SystemState(Page):
    """What /readyz knows, for people: checks, the ticker's tasks, queues."""

    permission = "jobs.manage"
    name = "system"
    title = gettext_lazy("System state")
    template = "jobs/system.html"

    def context(self) -> dict[str, Any]:
        _status, found = health.report()
        return {
            **super().context(),
            "health": found,
            "deliveries": outbox.counts(),
            "tasks": tables.render_ready(TaskTable, TickerTask.objects.all(), self.actor, link=None),
        }
