"""Reading the log."""

from django.db import models

from srm.audit.chain import FIELDS, faults
from srm.audit.models import AuditEvent, AuditHead
from srm.audit.services import public_id_of


def history(document: models.Model) -> models.QuerySet[AuditEvent]:
    """What happened to a document and its lines, newest first."""
    return AuditEvent.objects.filter(root_kind=document._meta.label_lower, root_id=public_id_of(document)).order_by(
        "-sequence"
    )


def verify() -> list[str]:
    """Faults of the whole chain, read in one pass; empty when it holds and ends where the head says."""
    rows = AuditEvent.objects.order_by("sequence").values(*FIELDS, "previous_hash", "hash").iterator(chunk_size=5000)
    last = {"sequence": 0, "hash": "0" * 64}

    def walk():
        for row in rows:
            last.update(sequence=row["sequence"], hash=row["hash"])
            yield row

    found = faults(walk())
    head = AuditHead.objects.filter(pk=1).first() or AuditHead()
    if (head.sequence, head.hash) != (last["sequence"], last["hash"]):
        found.append(f"the log ends at event {last['sequence']}, its head says {head.sequence}")
    return found
