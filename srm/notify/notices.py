"""Notices of this floor: the end of a job, a webhook that was stopped."""

from django.utils.translation import gettext_lazy as _

from srm.core.actor import SYSTEM
from srm.jobs.ends import when_job_ends
from srm.jobs.models import Job
from srm.notify import mails  # noqa: F401 - registers the channel
from srm.notify.registry import kind
from srm.notify.services import tell
from srm.ui.links import url_of

kind("jobs.ended", _("A job of mine has ended"))

_SUBJECTS = {
    Job.State.DONE: _("{title}: done"),
    Job.State.FAILED: _("{title}: could not be done"),
    Job.State.PARKED: _("{title}: stopped after errors"),
}


@when_job_ends
def tell_owner(job: Job) -> None:
    """Whoever started it learns how it ended, with what came of it."""
    if job.user is None or job.state not in _SUBJECTS:
        return
    text = (job.result or {}).get("text", "") if job.state == Job.State.DONE else job.error
    tell(
        [job.user], kind="jobs.ended", subject=_SUBJECTS[Job.State(job.state)], body="{text}",
        values={"title": str(job), "text": text}, url=url_of(job) or "", actor=SYSTEM, button=_("See the result"),
    )  # fmt: skip
