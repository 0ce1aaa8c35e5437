"""Tags and filters of the kit: {% load ui %}."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from srm.ui import formats, tables
from srm.ui.charts import Chart
from srm.ui.links import url_of as address_of

register = template.Library()
MOST_BUTTONS = 4


@register.filter
def money(value: Any, currency: Any = "") -> str:
    """{{ total|money:"EUR" }}"""
    return formats.money(value, currency)


@register.filter
def price(value: Any, currency: Any = "") -> str:
    """{{ price|price:"EUR" }}"""
    return formats.price(value, currency)


@register.filter
def qty(value: Any, unit: Any = "") -> str:
    """{{ quantity|qty:"pc" }}"""
    return formats.quantity(value, unit)


@register.filter
def number(value: Any, places: Any = "") -> str:
    """{{ value|number }} or {{ value|number:2 }}"""
    return formats.number(value, int(places) if str(places) != "" else None)


@register.filter
def percent(value: Any) -> str:
    """{{ share|percent }}: 0.083 -> 8.3 %"""
    return formats.percent(value)


@register.filter
def day(value: Any) -> str:
    """{{ date|day }}"""
    return formats.day(value)


@register.filter
def moment(value: Any) -> str:
    """{{ time|moment }}"""
    return formats.moment(value)


@register.simple_tag
def state(thing: Any, field: str = "state") -> SafeString:
    """{% state document %}: a dot and the word."""
    return tables.state_html(thing, field)


@register.simple_tag
def quadrant(value: Any) -> SafeString:
    """{% quadrant "leverage" %}: the quadrant's colour and word."""
    return tables.quadrant_html(value)


@register.simple_tag
def bar(value: Any, of: Any) -> SafeString:
    """{% bar received ordered %}"""
    return tables.bar_html(value, of)


@register.simple_tag
def url_of(thing: Any, kind: str = "detail") -> str:
    """{% url_of document %}"""
    return address_of(thing, kind) or ""


@register.simple_tag
def link(thing: Any, text: Any = None) -> SafeString:
    """{% link document %}: its name, linked to its page when it has one."""
    if thing is None:
        return tables.NONE
    shown, address = text or str(thing), address_of(thing)
    return format_html('<a href="{}">{}</a>', address, shown) if address else format_html("{}", shown)


@register.simple_tag
def countdown(when: Any, label: Any = "") -> SafeString:
    """{% countdown deadline %}: what is left, ticking, and read out at round moments only."""
    if not when:
        return SafeString("")
    return format_html(
        '<time class="q-countdown" datetime="{}" data-countdown data-label="{}">{}</time>',
        when.isoformat(), label, formats.moment(when),
    )  # fmt: skip


@register.inclusion_tag("ui/_chart.html")
def chart(it: Chart) -> dict[str, Any]:
    """{% chart chart %}: the picture and its table."""
    return {"chart": it, "data": it.as_json()}


@register.inclusion_tag("ui/_table.html")
def table(it: tables.Rendered, caption: Any = "") -> dict[str, Any]:
    """{% table rendered %}"""
    return {"table": it, "caption": caption}


@register.inclusion_tag("ui/_action.html", takes_context=True)
def action(context: Any, it: Any) -> dict[str, Any]:
    """{% action it %}: a button, grey with its reasons when it is blocked."""
    return {"action": it, "request": context.get("request"), "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("ui/_actions_bar.html", takes_context=True)
def actions_bar(context: Any, actions: list[Any]) -> dict[str, Any]:
    """{% actions_bar actions %}: the next step last and loudest, blocked ones with their reasons, the rest under More."""
    ordered = sorted(actions, key=lambda it: {"neutral": 0, "danger": 1}.get(it.tone, 2))
    quiet = [it for it in ordered if it.allowed and it.tone == "neutral" and not it.key]
    more = quiet if len(ordered) > MOST_BUTTONS and len(quiet) > 1 else []
    groups: dict[tuple[str, ...], list[Any]] = {}
    for it in ordered:
        if not it.allowed and it.reasons:
            groups.setdefault(tuple(str(reason) for reason in it.reasons), []).append(it)
    return {
        "shown": [it for it in ordered if it not in more], "more": more, "csrf_token": context.get("csrf_token"),
        "groups": [([it.name for it in its], [str(it.label) for it in its], why) for why, its in groups.items()],
    }  # fmt: skip


@register.filter
def field_of(form: Any, name: str) -> Any:
    """{{ form|field_of:name }}"""
    return form[name]


@register.filter
def initials(name: Any) -> str:
    """{{ user.name|initials }}"""
    return "".join(word[0] for word in str(name or "").split()[:2]).upper()
