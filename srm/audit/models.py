"""The event log, its head, its checkpoints, and refused attempts."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEvent(models.Model):
    """One thing that was done, chained to the one before it."""

    append_only = True

    sequence = models.BigIntegerField(unique=True)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_user_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(_("Who"), max_length=150)
    on_behalf_of = models.BigIntegerField(null=True)
    verb = models.CharField(_("What"), max_length=60)
    subject_kind = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=40)
    subject_text = models.CharField(max_length=250)
    root_kind = models.CharField(max_length=80)
    root_id = models.CharField(max_length=40)
    changes = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("Event")
        ordering = ["sequence"]
        indexes = [
            models.Index(fields=["root_kind", "root_id", "sequence"], name="audit_root"),
            models.Index(fields=["subject_kind", "subject_id"], name="audit_subject"),
            models.Index(fields=["-at", "-id"], name="audit_at"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence}: {self.actor_name} {self.verb} {self.subject_text}"


class AuditHead(models.Model):
    """The end of the chain: one row, locked while events are added."""

    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)

    def __str__(self) -> str:
        return f"{self.sequence}: {self.hash[:12]}"


class AuditCheckpoint(models.Model):
    """A signed statement of the chain's end at one moment; copies of it are kept off this machine."""

    append_only = True

    at = models.DateTimeField()
    sequence = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    signature = models.CharField(max_length=200)

    class Meta:
        ordering = ["-sequence"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.sequence}"


class SecurityEvent(models.Model):
    """A refused attempt, written after the refusal's rollback in a transaction of its own."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    kind = models.CharField(max_length=40)
    actor_kind = models.CharField(max_length=10, blank=True)
    actor_user_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=150, blank=True)
    detail = models.CharField(max_length=500, blank=True)
    path = models.CharField(max_length=300, blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("Refused attempt")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind} {self.actor_name}"
