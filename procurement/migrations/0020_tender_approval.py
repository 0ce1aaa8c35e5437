import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

import django_fsm
from django.db import migrations

RUNNING = ["published", "evaluation", "awarding", "contracted"]
FIXED = {("EUR", "BGN"): Decimal("1.95583"), ("BGN", "EUR"): 1 / Decimal("1.95583")}
CENT = Decimal("0.01")


def count_published(apps, _schema_editor):
    """Tenders that were published this year count from the first day on, as those do that are published from now on."""
    counted = apps.get_model("srm", "Accumulated")._base_manager
    tenders = apps.get_model("procurement", "Tender")._base_manager
    today = dt.datetime.now(tz=dt.UTC).date()
    rate = _rates(apps.get_model("srm", "ExchangeRate"), today)
    found = tenders.filter(published_at__year=today.year, state__in=RUNNING).select_related("legal_entity", "category")
    for tender in found.iterator():
        for category, amount in _parts(apps, tender, rate).items():
            counted.create(
                document_kind="procurement.tender", document_id=tender.public_id, document_number=tender.number,
                title=tender.title, legal_entity_id=tender.legal_entity_id, year=today.year, category_id=category,
                amount=amount,
            )  # fmt: skip


def _parts(apps, tender, rate):
    """{category: amount} at the baseline or what was asked for it, whichever is more."""
    parts = {}
    lines = apps.get_model("procurement", "LotLine")._base_manager.filter(lot__tender=tender)
    for line in lines.select_related("item", "demand_line"):
        item, need = line.item, line.demand_line
        prices = [(line.baseline, tender.currency), (need and need.estimate, need and need.currency)]
        known = [pair for pair in prices if pair[0]] or [(item and item.reference_price, item and item.currency)]
        nets = [
            line.quantity * price * rate(currency, tender.legal_entity.currency)
            for price, currency in known
            if price and rate(currency, tender.legal_entity.currency)
        ]
        category = (item and item.category_id) or (need and need.category_id) or tender.category_id
        if nets and category:
            net = max(nets).quantize(CENT, rounding=ROUND_HALF_UP)
            parts[category] = parts.get(category, Decimal(0)) + net
    return {category: amount for category, amount in parts.items() if amount}


def _rates(model, day):
    """What one unit of a currency is in another on a day, None where nobody knows."""

    def last(base, currency):
        rows = model._base_manager.filter(base=base, currency=currency, date__lte=day).order_by("-date")
        return rows.values_list("rate", flat=True).first()

    def rate(one, other):
        if one == other or (one, other) in FIXED:
            return FIXED.get((one, other), Decimal(1))
        direct = last(one, other)
        inverse = None if direct else last(other, one)
        return direct or (1 / inverse if inverse else None)

    return rate


class Migration(migrations.Migration):

    dependencies = [
        ('procurement', '0019_deliveries'),
    ]

    operations = [
        migrations.AlterField(
            model_name='tender',
            name='state',
            field=django_fsm.FSMField(choices=[('draft', 'Draft'), ('approved', 'Approved'), ('published', 'Published'), ('evaluation', 'Evaluation'), ('awarding', 'Award proposed'), ('contracted', 'Awarded'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], db_index=True, default='draft', max_length=20, protected=True, verbose_name='State'),
        ),
        migrations.RunPython(count_published, migrations.RunPython.noop),
    ]
