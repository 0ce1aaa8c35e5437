"""A kill, a stop, a rival in the middle: nothing twice, nothing lost, nothing half."""

import os
import signal
from decimal import Decimal

import pytest
from django.db import connection

from procurement.integrations.history import services, writing
from procurement.orders.models import OrderLine, PurchaseOrder
from procurement.receipts.models import GoodsReceipt
from srm.audit.selectors import verify
from srm.catalog.models import Item
from srm.core import clock
from srm.exchange import services as exchange
from srm.exchange.models import ImportRow
from srm.flow.uow import unit_of_work
from srm.integrations.models import ExternalRef
from srm.jobs import services as jobs
from srm.jobs.models import Job
from srm.people.models import Department
from srm.stock.models import StockLevel, StockMove
from suppliers.performance.models import PerformanceFact
from suppliers.registry.models import Supplier
from tests.history.conftest import apply, begin, check, csv

pytestmark = pytest.mark.django_db(transaction=True)
WHY = "a test looks at everything"
HEADING = ["Order number", "Line ID", "Supplier", "Item", "Quantity", "Line value", "Currency", "Order date",
           "Delivery date", "Via", "Place", "Department"]  # fmt: skip
SAVED = {
    "columns": {"order_number": "Order number", "line_id": "Line ID", "supplier": "Supplier", "item": "Item",
                "quantity": "Quantity", "value": "Line value", "currency": "Currency", "ordered_on": "Order date",
                "delivered_on": "Delivery date", "place": "Place", "department": "Department"},
    "constants": {"warehouse": "Depot", "system": "old"}, "marks": {}, "orders": {}, "blanks": {},
    "treats": [{"title": "Via", "value": "depot", "then": "transfer"}],
}  # fmt: skip
COUNT = 120


def table():
    rows = [HEADING]
    for n in range(COUNT):
        rows.append([f"PO-{n // 3}", n, f"Supplier {n // 3 % 7}", f"Item {n % 11}", n + 1, f"{n}.25", "EUR",
                     f"202{n % 3}-0{n % 9 + 1}-10", f"202{n % 3}-1{n % 3}-0{n % 9 + 1}", "depot" if n % 4 == 0 else "direct",
                     f"Place {n % 5}", f"Department {n % 3}"])  # fmt: skip
    return rows


@pytest.fixture
def ready(committed_firm):
    head = committed_firm.actor("head")
    run = check(begin(csv(table()), "past.csv", head), head, saved=SAVED)
    assert run.good == COUNT
    return run, head


def requested(run, head):
    with unit_of_work():
        return exchange.request_apply(run, actor=head)


def killed_while_applying(run, strike):
    """Run the job in a process that `strike` kills when the given call has come."""
    connection.close()
    child = os.fork()
    if child == 0:
        try:
            strike()
            jobs.run(run.job_id, heartbeat=False)
        finally:
            os._exit(7)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the process was to be killed, and ended by itself"


def at_call(number, owner, name, after):
    """Kill the process in the `number`th call of a method, before or after its work."""

    def strike():
        real, calls = getattr(owner, name), []

        def deadly(*args, **options):
            calls.append(1)
            if len(calls) == number and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            found = real(*args, **options)
            if len(calls) == number and after:
                os.kill(os.getpid(), signal.SIGKILL)
            return found

        setattr(owner, name, deadly)

    return strike


def rest(run):
    """The next worker takes the job over when the dead one's lease has run out, and finishes it."""
    Job.objects.unscoped(WHY).filter(pk=run.job_id).update(lease_until=clock.now())
    assert jobs.run(run.job_id, heartbeat=False)
    run.refresh_from_db()
    return run


def everything_is_there_once(run):
    assert run.state == "applied", run.error
    assert (run.imported, run.rejected, run.skipped) == (COUNT, 0, 0)
    lines = OrderLine.objects.unscoped(WHY)
    transfers = StockMove.objects.unscoped(WHY).filter(kind="transfer")
    assert (lines.count(), transfers.count()) == (90, 30)
    assert ExternalRef.objects.unscoped(WHY).count() == COUNT
    value = sum(lines.values_list("net", flat=True)) - sum(transfers.values_list("value", flat=True))
    assert value == sum(Decimal(f"{n}.25") for n in range(COUNT))
    assert PerformanceFact.objects.unscoped(WHY).count() == 90
    assert Supplier.objects.unscoped(WHY).filter(name__startswith="Supplier").count() == 7
    assert Item.objects.filter(name_en__startswith="Item").count() == 11
    assert Department.objects.filter(name_en__startswith="Department").count() == 3
    assert not StockLevel.objects.unscoped(WHY).exclude(on_hand=0, value=0).exists()
    for model in (PurchaseOrder, GoodsReceipt):
        numbers = list(model.objects.unscoped(WHY).values_list("number", flat=True))
        for year in (2020, 2021, 2022):
            counts = sorted(int(number[-5:]) for number in numbers if f"-{year}-" in number)
            assert counts == list(range(1, len(counts) + 1))
    assert run.result["order lines"] == "90"
    assert run.result["transfers"] == "30"
    assert run.result["together, EUR"] == "7,170.00"
    assert not verify()


@pytest.mark.parametrize(
    ("slice_size", "call", "after"),
    [(10, 1, False), (10, 1, True), (10, 3, False), (10, 3, True), (1000, 1, False), (1000, 1, True)],
)
def test_a_killed_import_goes_on_where_it_stopped(ready, monkeypatch, slice_size, call, after):
    monkeypatch.setattr(services, "SLICE", slice_size)
    run, head = ready
    run = requested(run, head)
    killed_while_applying(run, at_call(call, writing.Written, "write", after))
    in_slices = connection.vendor == "sqlite" and slice_size == 10
    done = ImportRow.objects.unscoped(WHY).filter(run=run, outcome="imported").count()
    assert (done > 0) == (in_slices and call == 3)
    assert (
        OrderLine.objects.unscoped(WHY).count() + StockMove.objects.unscoped(WHY).filter(kind="transfer").count()
        == done
    )
    everything_is_there_once(rest(run))


def test_a_kill_after_the_last_part_but_before_its_commit_leaves_nothing_half(ready, monkeypatch):
    run, head = ready
    run = requested(run, head)
    killed_while_applying(run, at_call(1, exchange, "finish_apply", True))
    assert not PurchaseOrder.objects.unscoped(WHY).exists()
    assert not ExternalRef.objects.unscoped(WHY).exists()
    everything_is_there_once(rest(run))


def test_an_import_stopped_between_slices_is_completed_by_uploading_the_file_again(ready, monkeypatch):
    if connection.vendor != "sqlite":
        pytest.skip("elsewhere it is one transaction")
    monkeypatch.setattr(services, "SLICE", 10)
    run, head = ready
    run = requested(run, head)
    real, calls = writing.Written.write, []

    def stop_after_two(self, *args):
        real(self, *args)
        calls.append(1)
        if len(calls) == 2:
            Job.objects.unscoped(WHY).filter(pk=run.job_id).update(cancel_asked_at=clock.now())

    monkeypatch.setattr(writing.Written, "write", stop_after_two)
    jobs.run(run.job_id, heartbeat=False)
    run.refresh_from_db()
    assert run.state == "cancelled"
    assert 0 < run.imported < COUNT
    monkeypatch.setattr(writing.Written, "write", real)
    again = apply(check(begin(csv(table()), "past.csv", head), head, saved=SAVED), head)
    assert (again.state, again.imported + again.skipped, again.skipped) == ("applied", COUNT, run.imported)
    assert ExternalRef.objects.unscoped(WHY).count() == COUNT
    assert not verify()


def test_what_a_rival_made_meanwhile_is_used_and_not_made_twice(ready, monkeypatch):
    """Between the preparing and the writing, somebody writes the very same supplier: the next attempt takes his."""
    run, head = ready
    run = requested(run, head)
    real, calls = services.Writer._take_turns, []

    def rival(self):
        calls.append(1)
        if len(calls) == 1:
            Supplier.rows.create(name="supplier 3", code="S-rival", state="active")
        return real(self)

    monkeypatch.setattr(services.Writer, "_take_turns", rival)
    jobs.run_now(run.job)
    run.job.refresh_from_db()
    assert run.job.state == "queued", "the first attempt had to give up"
    assert not PurchaseOrder.objects.unscoped(WHY).exists()
    Supplier.rows.create(name="supplier 3", code="S-rival", state="active")
    jobs.run_now(run.job)
    run.refresh_from_db()
    assert run.state == "applied"
    assert Supplier.objects.unscoped(WHY).filter(name__iexact="supplier 3").count() == 1
    assert PurchaseOrder.objects.unscoped(WHY).filter(supplier__code="S-rival").exists()


def test_two_files_with_the_same_lines_checked_before_either_is_applied_come_in_once(ready):
    run, head = ready
    other = check(begin(csv(table()), "other.csv", head), head, saved=SAVED)
    assert other.good == COUNT
    run, other = apply(run, head), apply(other, head)
    everything_is_there_once(run)
    assert (other.state, other.imported, other.skipped) == ("applied", 0, COUNT)
