"""Jobs of the integrations: handling incoming messages, and forgetting old ones."""

import datetime as dt

from srm.core import clock
from srm.integrations.inbound import WHY, handle  # noqa: F401 - registers the job
from srm.integrations.models import InboundMessage
from srm.jobs.ticker import daily

KEEP_DAYS = 90


@daily(4, name="integrations.tidy")
def tidy() -> None:
    """Handled messages go after three months; their ids are no longer needed, for old ones are refused by their age."""
    old = clock.now() - dt.timedelta(days=KEEP_DAYS)
    done = InboundMessage.Outcome.DONE
    InboundMessage.objects.unscoped(WHY).filter(outcome=done, received_at__lt=old).delete()
