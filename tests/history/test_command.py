"""`manage.py import_history`: the way of the pages, from the server's own console."""

import io

import pytest
from django.core.management import CommandError, call_command

from procurement.orders.models import PurchaseOrder
from srm.exchange import services
from srm.exchange.mapping import Plan
from srm.exchange.models import ImportRun
from srm.flow.uow import unit_of_work
from suppliers.registry.models import Supplier
from tests.history.conftest import begin, csv
from tests.history.test_import import HEADING, orders, row

pytestmark = pytest.mark.django_db
WHY = "a test looks at everything"
# Headings that nobody could guess; a mapping has to say what they are.
FOREIGN = ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "B1", "B2", "B3"]
MEANT = dict(zip(FOREIGN, ["order_number", "line_id", "supplier", "item", "quantity", "unit", "value", "currency",
                           "ordered_on", "planned_on", "delivered_on", "delivery_note"], strict=True))  # fmt: skip


@pytest.fixture
def past(tmp_path):
    """Write a table to a file: `past(rows)` -> its path."""

    def write(rows, name="past.csv"):
        path = tmp_path / name
        path.write_bytes(csv(rows))
        return path

    return write


def run_command(*arguments):
    """What the command prints."""
    said = io.StringIO()
    call_command("import_history", *map(str, arguments), stdout=said)
    return said.getvalue()


def keep_mapping(firm, name, columns):
    """A mapping that the head of procurement saved on the pages."""
    actor = firm.actor("head")
    run = begin(csv([FOREIGN, row()]), "sample.csv", actor)
    guessed, titles = Plan.from_json(run.mapping), run.info["titles"]
    plan = guessed.fit({**guessed.saved(titles), "columns": columns}, titles)
    with unit_of_work():
        services.save_mapping(run, plan, name, shared=True, actor=actor)
        services.cancel(run, actor=actor)


def test_a_file_is_imported_by_a_saved_mapping_and_only_once(firm, past):
    keep_mapping(firm, "old system", {ours: theirs for theirs, ours in MEANT.items()})
    path = past([FOREIGN, row(), row(**{"Line ID": "2", "Item": "Nut M8", "Line value": "7.50"})])
    said = run_command(path, "--mapping", "old system", "--user", firm.users.head.email)
    assert "2 lines: 2 good, 0 with faults" in said
    assert "2 lines imported." in said
    order = orders().get(external_number="PO-1")
    assert (order.supplier.name, order.net_total, order.lines.count()) == ("Gamma", 20, 2)
    assert "2 left out" in run_command(path, "--mapping", "old system")
    assert orders().count() == 1


def test_without_a_mapping_the_headings_are_guessed(firm, past):
    assert "1 lines imported." in run_command(past([HEADING, row()]))


def test_lines_with_faults_are_listed_and_the_good_ones_come_in(firm, past):
    said = run_command(past([HEADING, row(), row(**{"Line ID": "2", "Quantity": "many"})]))
    assert "2 lines: 1 good, 1 with faults" in said
    assert "not a number" in said
    assert "1 lines imported." in said


def test_a_file_of_faults_is_listed_and_nothing_is_applied(firm, past):
    before = Supplier.objects.unscoped(WHY).count()
    said = run_command(past([HEADING, row(Quantity="0"), row(**{"Line ID": "2", "Currency": "ZZZ"})]))
    assert "2 lines: 0 good, 2 with faults" in said
    assert "more than 0" in said
    assert "no currency" in said
    assert "imported" not in said
    assert not PurchaseOrder.objects.unscoped(WHY).exists()
    assert Supplier.objects.unscoped(WHY).count() == before


def test_a_check_lists_and_applies_nothing(firm, past):
    said = run_command(past([HEADING, row()]), "--check")
    assert "1 lines: 1 good" in said
    assert not orders().exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--mapping", "nobody's"), "There is no mapping nobody's. Built in: scms."),
        (("--set", "colour=red"), "There is no column colour."),
        (("--user", "nobody@quadrant.example"), "There is no account nobody@quadrant.example."),
        (("--user", "requester@quadrant.example"), "Your role does not include this."),
    ],
)
def test_a_wrong_option_is_named_and_leaves_nothing_behind(firm, past, options, sentence):
    with pytest.raises(CommandError, match=sentence):
        run_command(past([HEADING, row()]), *options)
    assert not ImportRun.objects.unscoped(WHY).exists()
    assert not orders().exists()


def test_a_missing_file_is_named(firm, tmp_path):
    with pytest.raises(CommandError, match=r"There is no file .*gone\.csv"):
        run_command(tmp_path / "gone.csv")


def test_a_file_that_is_no_table_is_refused(firm, tmp_path):
    path = tmp_path / "picture.xlsx"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with pytest.raises(CommandError):
        run_command(path)
    assert not ImportRun.objects.unscoped(WHY).exists()
