"""Writing templates and recurrences; asking by them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.patterns.calendar import first_due, next_due
from procurement.patterns.lifecycle import RecurrenceState, is_owner
from procurement.patterns.models import Recurrence, RecurrenceRun, RequestTemplate, TemplateLine
from procurement.requests import services as requests
from procurement.requests.lines import FIELDS, Defaults, clean_lines
from procurement.requests.models import PurchaseRequest
from procurement.requests.spreading import as_typed
from srm.audit import services as audit
from srm.catalog.lifecycle import ItemState
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import DomainError, InvalidInput, RuleBroken
from srm.flow import records, uow
from srm.flow.perform import perform
from srm.flow.registry import due, effect
from srm.notify.registry import kind
from srm.notify.services import tell
from srm.people.actors import actor_for
from srm.people.models import Department, User
from srm.ui.links import url_of

OWN = "lines of a template its owner writes"
CLOCK = "recurrences are run for everybody by the clock"
LINE_FIELDS = ("item", "description", "category", "quantity", "unit", "note")
GROUP = gettext_lazy("Requests")
MADE, STUCK = "requests.recurring", "requests.recurring_stuck"

kind(MADE, gettext_lazy("A recurring request was made in my name"), group=GROUP)
kind(STUCK, gettext_lazy("A recurring request of mine had to pause"), channel="mail", group=GROUP)


# ------------------------------------------------------------------------------------------------ templates


def create_template(
    *, actor: Actor, name: str, department: Department, lines: Sequence[Mapping[str, Any]], title: str = "", **values: Any
) -> RequestTemplate:  # fmt: skip
    """A template of the actor's own.

    Raises:
        InvalidInput: sentences by field ("lines.3.quantity"); a name he already uses; a department not his.
    """
    uow.require()
    header = {**values, "name": _tidy(name), "title": _tidy(title) or _tidy(name), "department": department}
    _check(header, actor)
    cleaned = _clean(lines, header)
    owner = User.objects.get(pk=actor.user_id)
    template = records.create(RequestTemplate, actor=actor, owner=owner, line_count=len(cleaned), **header)
    _write(template, cleaned)
    return template


def update_template(
    template: RequestTemplate, *, actor: Actor, version: int | None = None,
    lines: Sequence[Mapping[str, Any]] | None = None, **changes: Any,
) -> RequestTemplate:  # fmt: skip
    """Change one's own template; `lines`, when given, is the whole new list.

    Raises:
        InvalidInput: sentences by field. RuleBroken: it is somebody else's. Stale
    """
    uow.require()
    locked = records.locked_row(template, version=version)
    if reason := not_mine(locked, actor):
        raise RuleBroken([reason])
    for name in {"name", "title"} & set(changes):
        changes[name] = _tidy(changes[name])
    if not changes.get("title", locked.title):
        changes["title"] = changes.get("name", locked.name)
    names = ("name", "title", "department", "place", "cost_center")
    header = {name: changes.get(name, getattr(locked, name)) for name in names}
    _check(header, actor)
    if lines is None:
        return records.update(locked, actor=actor, **changes)
    cleaned = _clean(lines, header)
    saved = records.update(locked, actor=actor, line_count=len(cleaned), **changes)
    before = [f"{line.what}: {line.quantity.normalize():f}" for line in locked.lines.select_related("item")]
    locked.lines.all().delete()
    after = [f"{line.what}: {line.quantity.normalize():f}" for line in _write(saved, cleaned)]
    if before != after:
        if saved.version == locked.version:
            RequestTemplate.objects.unscoped(OWN).filter(pk=saved.pk).update(version=saved.version + 1)
            saved.version += 1
        audit.record(actor=actor, verb="changed", subject=saved, changes={"lines": [before, after]})
    return saved


def remove_template(template: RequestTemplate, *, actor: Actor) -> None:
    """Delete one's own template; requests made from it stay.

    Raises:
        RuleBroken: it is somebody else's, or something recurs by it.
    """
    uow.require()
    locked = records.locked_row(template)
    if reason := not_mine(locked, actor):
        raise RuleBroken([reason])
    try:
        records.remove(locked, actor=actor)
    except ProtectedError as fault:
        raise RuleBroken([_("A recurring request was made with it. Rename it instead, or stop sharing it.")]) from fault


def template_of(request: PurchaseRequest, *, actor: Actor, name: str, is_shared: bool = False) -> RequestTemplate:
    """What a request asks for, kept as a template of the actor's."""
    # A template knows no days: what comes in several deliveries is one need of it.
    needs = as_typed(request.lines.select_related("item", "unit"), FIELDS)
    lines = [{name: need[name] for name in LINE_FIELDS} for need in needs]
    days = [(line.need_by - timezone.localdate(request.created_at)).days for line in request.lines.all()]
    return create_template(
        actor=actor, name=name, department=request.department, lines=lines, title=request.title, is_shared=is_shared,
        place=request.place, cost_center=request.cost_center, note=request.note,
        lead_days=min(max(min(days, default=14), 1), 3650),
    )  # fmt: skip


def not_mine(template: RequestTemplate, actor: Actor) -> str | None:
    """Why the actor cannot change it; None when he can."""
    if actor.kind == "system" or template.owner_id == actor.user_id:
        return None
    return _("This template belongs to %(who)s. Use it, or keep a copy of your own.") % {"who": template.owner.name}


# ---------------------------------------------------------------------------------------------- asking by them


def wanted_lines(template: RequestTemplate, need_by: dt.date | None = None) -> list[dict[str, Any]]:
    """Values of a new request's lines; an item that is not in use any more gives way to its successor."""
    day = need_by or clock.today() + dt.timedelta(days=template.lead_days)
    rows = template.lines.select_related("item__replaced_by", "item__base_unit", "category", "unit")
    return [_wanted(line, day) for line in rows]


def _wanted(line: TemplateLine, day: dt.date) -> dict[str, Any]:
    values = {name: getattr(line, name) for name in LINE_FIELDS} | {"need_by": day}
    successor = line.item.replaced_by if line.item and line.item.state != ItemState.ACTIVE else None
    return {**values, "item": successor, "unit": successor.base_unit} if successor else values


def request_by(
    template: RequestTemplate, *, actor: Actor, need_by: dt.date | None = None, submit: bool = False, **more: Any
) -> PurchaseRequest:
    """A new request of the actor's with the template's lines, a draft unless `submit`.

    Raises:
        InvalidInput: an item is not in use any more. RuleBroken: it cannot be sent.
    """
    uow.require()
    request = requests.create_request(
        actor=actor, title=template.title, department=template.department, lines=wanted_lines(template, need_by),
        place=template.place, cost_center=template.cost_center, note=template.note, **more,
    )  # fmt: skip
    return perform(request, "submit", actor=actor) if submit else request


# ------------------------------------------------------------------------------------------------- recurrences


def create_recurrence(
    *, actor: Actor, template: RequestTemplate, starts_on: dt.date | None = None, **values: Any
) -> Recurrence:
    """From its first due day on (today at the earliest) a template is asked for again and again.

    Raises:
        InvalidInput: the template is not the actor's to use; the end comes before the first day.
    """
    uow.require()
    if not RequestTemplate.objects.visible_to(actor).filter(pk=template.pk).exists():
        raise InvalidInput({"template": [_("Choose one of your templates.")]})
    start = max(starts_on or clock.today(), clock.today())
    day = values.get("day") or 1
    owner = User.objects.get(pk=actor.user_id)
    due_on = first_due(start, day) if 1 <= day <= 31 else start
    _check_end(values.get("ends_on"), due_on)
    return records.create(
        Recurrence, actor=actor, template=template, owner=owner, next_on=due_on, next_check=_morning(due_on), **values
    )


def update_recurrence(
    recurrence: Recurrence, *, actor: Actor, version: int | None = None, **changes: Any
) -> Recurrence:
    """Change how often, on which day, until when; the next day follows.

    Raises:
        InvalidInput. RuleBroken: it is somebody else's, or over. Stale
    """
    uow.require()
    locked = records.locked_row(recurrence, version=version)
    if reason := why_not_editable(locked, actor):
        raise RuleBroken([reason])
    if changes.pop("starts_on", None):
        raise InvalidInput({"starts_on": [_("It has begun already. Change the day instead.")]})
    day = changes.get("day", locked.day)
    if day != locked.day and 1 <= day <= 31:
        changes["next_on"] = first_due(clock.today() + dt.timedelta(days=1), day)
        changes["next_check"] = _morning(changes["next_on"])
    _check_end(changes.get("ends_on", locked.ends_on), changes.get("next_on", locked.next_on))
    return records.update(locked, actor=actor, **changes)


def why_not_editable(recurrence: Recurrence, actor: Actor) -> Any:
    """Why it cannot be changed; None when it can."""
    if recurrence.state == RecurrenceState.ENDED:
        return _("It has ended. Make a new one.")
    return is_owner(recurrence, actor)


@effect(Recurrence, "pause")
@effect(Recurrence, "end")
def rests(recurrence: Recurrence, *, actor: Actor, **_details: object) -> None:
    """The clock has nothing to do here."""
    recurrence.next_check = None
    recurrence.save(update_fields=["next_check"])


@effect(Recurrence, "resume")
def goes_on(recurrence: Recurrence, *, actor: Actor, **_details: object) -> None:
    """From the first due day that is still ahead."""
    while recurrence.next_on is None or recurrence.next_on < clock.today():
        begun = recurrence.next_on or clock.today()
        recurrence.next_on = next_due(begun, recurrence.every, recurrence.day, clock.today() - dt.timedelta(days=1))
    recurrence.trouble, recurrence.next_check = "", _morning(recurrence.next_on)
    recurrence.save(update_fields=["next_on", "next_check", "trouble"])


@due(Recurrence)
def run_due(recurrence: Recurrence, *, actor: Actor) -> None:
    """Ask for what is due, once for each due day; pause where that is impossible."""
    locked = records.locked_row(recurrence)
    due_on = locked.next_on
    if locked.state != RecurrenceState.RUNNING or due_on is None or due_on > clock.today():
        if locked.state != RecurrenceState.RUNNING and locked.next_check is not None:
            _save(locked, next_check=None)
        return
    if locked.ends_on is not None and due_on > locked.ends_on:
        perform(locked, "end", actor=actor)
        return
    if not RecurrenceRun.objects.unscoped(CLOCK).filter(recurrence=locked, due_on=due_on).exists():
        try:
            with uow.savepoint():
                request = _ask(locked, due_on)
        except DomainError as fault:
            _stuck(locked, str(fault), actor)
            return
        _tell_made(locked, request, actor)
    following = next_due(due_on, locked.every, locked.day, clock.today())
    _save(locked, next_on=following, next_check=_morning(following))
    if locked.ends_on is not None and following > locked.ends_on:
        perform(locked, "end", actor=actor)


def _ask(recurrence: Recurrence, due_on: dt.date) -> PurchaseRequest:
    owner = actor_for(recurrence.owner)
    if not owner.may("requests.create"):
        raise RuleBroken([_("%(who)s may not make requests any more.") % {"who": recurrence.owner.name}])
    request = request_by(recurrence.template, actor=owner, submit=recurrence.submit_at_once)
    RecurrenceRun.objects.unscoped(CLOCK).create(recurrence=recurrence, due_on=due_on, request=request)
    return request


def _stuck(recurrence: Recurrence, why: str, actor: Actor) -> None:
    paused = perform(recurrence, "pause", actor=actor, reason=why)
    _save(paused, trouble=why[:500])
    tell(
        [recurrence.owner], kind=STUCK, actor=actor, subject=gettext_lazy("Paused: {name}"), url=url_of(paused) or "",
        body=gettext_lazy("The recurring request could not be made: {why} Put it right, then resume it."),
        values={"name": recurrence.template.name, "why": why}, button=gettext_lazy("Open"),
    )  # fmt: skip


def _tell_made(recurrence: Recurrence, request: PurchaseRequest, actor: Actor) -> None:
    body = (
        gettext_lazy("It was sent for approval in your name.")
        if recurrence.submit_at_once
        else gettext_lazy("A draft waits for you: check it, then send it.")
    )
    tell(
        [recurrence.owner], kind=MADE, actor=actor, subject=gettext_lazy("Asked again: {title}"), body=body,
        values={"title": request.title}, url=url_of(request) or "", button=gettext_lazy("Open the request"),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------------ inside


def _tidy(text: Any) -> str:
    return " ".join(str(text or "").split())


def _check(header: Mapping[str, Any], actor: Actor) -> None:
    errors = {}
    if not header["name"]:
        errors["name"] = [_("Give it a name by which you find it again.")]
    if not header["title"]:
        errors["title"] = [_("What is it for? A few words are enough.")]
    if not requests.may_ask_for(header["department"], actor):
        errors["department"] = [_("Choose a department you belong to.")]
    if errors:
        raise InvalidInput(errors)


def _clean(lines: Sequence[Mapping[str, Any]], header: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lines judged as those of a request that is needed in time; a missing place or payer is asked for only then."""
    department, center = header["department"], header.get("cost_center")
    defaults = Defaults(
        legal_entity=department.legal_entity, route=PurchaseRequest.Route.NORMAL, need_by=clock.today(),
        place=header.get("place") or department.place, cost_center=center,
    )  # fmt: skip
    try:
        cleaned = clean_lines(lines, defaults)
    except InvalidInput as fault:
        raise InvalidInput({_at_header(name): words for name, words in fault.errors.items()}) from fault
    return [{name: line[name] for name in LINE_FIELDS} for line in cleaned]


def _at_header(name: str) -> str:
    """Faults of what only the header names here belong there."""
    field = name.rpartition(".")[2]
    return field if field in {"place", "cost_center"} else name


def _write(template: RequestTemplate, cleaned: list[dict[str, Any]]) -> list[TemplateLine]:
    rows = [TemplateLine(template=template, position=no, **values) for no, values in enumerate(cleaned, 1)]
    return TemplateLine.objects.unscoped(OWN).bulk_create(rows)


def _check_end(ends_on: dt.date | None, due_on: dt.date | None) -> None:
    if ends_on is not None and due_on is not None and ends_on < due_on:
        raise InvalidInput({"ends_on": [_("This is before the first day, %(day)s.") % {"day": due_on.isoformat()}]})


def _morning(day: dt.date) -> dt.datetime:
    """When the clock looks: the beginning of the day where the firm is."""
    return dt.datetime.combine(day, dt.time(), ZoneInfo(settings.TIME_ZONE))


def _save(recurrence: Recurrence, **values: Any) -> None:
    for name, value in values.items():
        setattr(recurrence, name, value)
    recurrence.save(update_fields=list(values))
