"""Mappings kept for the next file, and what an import shows of its lines."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from srm.core.errors import RuleBroken
from srm.exchange import reports, services
from srm.exchange.importer import kind_named
from srm.exchange.mapping import Plan, Treat
from srm.exchange.models import ImportMapping
from srm.exchange.readers import read_table
from srm.people.actors import actor_for
from srm.ui.slots import unit_of_work
from tests.exchange.test_importer import HEADINGS, line, mapped, sheet_of, uploaded


def test_a_saved_mapping_fits_the_next_file_by_its_headings(actor, rival) -> None:
    run = uploaded(actor, sheet_of(line(1)))
    plan = Plan.from_json(run.mapping)
    plan.constants, plan.marks["quantity"] = {"currency": "USD"}, ","
    del plan.columns["currency"]
    plan.treats = [Treat(9, "From RDC", "transfer")]
    with unit_of_work():
        saved = services.save_mapping(run, plan, "Our old system", shared=True, actor=actor)
        again = services.save_mapping(run, plan, "Our old system", shared=True, actor=actor)
    assert saved.pk == again.pk
    turned = [*HEADINGS[::-1], "New"]
    other = uploaded(actor, sheet_of([*line(1)[::-1], "x"], headings=turned))
    fitted = Plan.from_json(other.mapping).fit(saved.mapping, other.info["titles"])
    assert {name: turned[at] for name, at in fitted.columns.items()} == {
        name: HEADINGS[at] for name, at in plan.columns.items()
    }
    assert fitted.treats == [Treat(0, "From RDC", "transfer")]
    assert fitted.constants == {"currency": "USD"}
    colleague = actor_for(rival)
    assert list(ImportMapping.objects.visible_to(colleague)) == [saved]
    with pytest.raises(RuleBroken):
        services.forget_mapping(saved, actor=colleague)
    services.forget_mapping(saved, actor=actor)
    assert not ImportMapping.objects.unscoped("test").exists()


def test_the_preview_shows_what_was_read_and_what_is_wrong(actor) -> None:
    run = mapped(uploaded(actor, sheet_of(line(1, Value="1 234,50"), line(2, Quantity="many"))), actor)
    shown = reports.preview(run, kind_named("test-history"))
    first = dict(zip([heading for heading, _numeric in shown["headings"]], shown["lines"][0]["cells"], strict=True))
    assert first["Value"]["text"] == "1,234.5"
    assert first["Value"]["raw"] == "1 234,50"
    only = reports.preview(run, kind_named("test-history"), only_faults=True)
    assert [one["line"] for one in only["lines"]] == [3]
    assert any("many" in cell["fault"] for cell in only["lines"][0]["cells"])


def test_the_preview_shows_so_many_lines_and_leads_on(actor, monkeypatch) -> None:
    monkeypatch.setattr(reports, "SHOWN", 3)
    run = mapped(uploaded(actor, sheet_of(*(line(n) for n in range(1, 9)))), actor)
    first = reports.preview(run, kind_named("test-history"))
    assert [one["line"] for one in first["lines"]] == [2, 3, 4]
    second = reports.preview(run, kind_named("test-history"), after=first["next"])
    assert [one["line"] for one in second["lines"]] == [5, 6, 7]


def test_rejected_lines_are_counted_by_reason(actor) -> None:
    run = mapped(uploaded(actor, sheet_of(*(line(n, Due="soon") for n in range(3)), line(9, Vendor=""))), actor)
    assert [(one["reason"], one["lines"], one["first"], one["example"]) for one in reports.reasons(run)] == [
        ("Due: “…” is not a date. Write it like 2026-05-31.", 3, 2, "soon"),
        ("Supplier: This must be filled in.", 1, 5, ""),
    ]


def test_the_report_of_faults_can_be_corrected_and_sent_again(actor, tmp_path: Path) -> None:
    run = mapped(uploaded(actor, sheet_of(line(1), line(2, Quantity="=1+1", Vendor="=cmd|x"))), actor)
    report = tmp_path / "faults.xlsx"
    with report.open("wb") as stream:
        assert reports.write_fault_report(run, kind_named("test-history"), stream) == 1
    with read_table(report) as table:
        rows = list(table)
    assert rows[0][:2] == ["Line", "What is wrong"]
    assert rows[1][0] == 3
    assert "Quantity" in rows[1][1]
    assert rows[1][4] == "=cmd|x"
    again = mapped(uploaded(actor, SimpleUploadedFile("faults.xlsx", report.read_bytes())), actor)
    assert (again.total, again.rejected) == (1, 1)
