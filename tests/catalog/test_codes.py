"""Code lists: loaded, loaded again, refused as a whole, found by number and words, carried by categories."""

import csv
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from srm.audit.models import AuditEvent
from srm.catalog import services
from srm.catalog.codes.models import Code
from srm.catalog.codes.services import load_codes
from srm.catalog.exchange import CategorySheet
from srm.catalog.models import Category
from srm.core.actor import SYSTEM
from srm.core.errors import InvalidInput, NotAllowed
from srm.exchange.importer import kind_named
from srm.ui import lookups
from tests.rest.helpers import api

PAGE = "/catalog/codes/"
SOME = [
    ["code", "en", "bg", "ru", "uk"],
    ["44531000-6", "Bolts", "Болтове", "Болты", "x"],
    ["44532000-3", "Nuts", "Гайки", "Гайки", ""],
    ["18141000-9", "Work gloves", "Работни ръкавици", "Рабочие перчатки", ""],
]


@pytest.fixture
def load(firm, work):
    def call(table, system="cpv", actor=None):
        with work():
            return load_codes(table, system=system, actor=actor or firm.actor("buyer"))

    return call


def offered(text):
    return [option.label.split()[1] for option in lookups.get("codes").search(SYSTEM, text)]


def test_a_list_is_loaded_and_found_by_number_and_words_of_any_language(load):
    assert load(SOME).added == 3
    assert offered("44531000") == offered("болтове") == offered("bolts") == ["44531000-6"]
    assert offered("перчадки") == ["18141000-9"]


def test_a_newer_list_renames_and_adds_and_takes_nothing_away(load):
    load(SOME)
    again = load([SOME[0], ["44531000-6", "Screw bolts", "", "", ""], ["44533000-0", "Washers", "", "", ""]])
    assert (again.count, again.added, again.changed) == (2, 1, 1)
    assert Code.objects.count() == 4
    assert offered("screw") == ["44531000-6"]
    assert offered("болты") == []
    assert (load(SOME).added, load(SOME).changed) == (0, 0)
    assert AuditEvent.objects.filter(verb="imported").count() == 3


@pytest.mark.parametrize(
    "table",
    [
        [], [["a", "b"], ["1", "x"]], [["code"], ["1"]], [["code", "name"]], [["code", "name"], ["", "x"]],
        [["code", "name"], ["44531000-6", ""]], [["code", "name"], ["<script>", "x"]], [["code", "name"], ["1" * 31, "x"]],
    ],
)  # fmt: skip
def test_what_is_no_list_is_refused_as_a_whole(load, table):
    good = [["44531000-6", "Bolts"]] if len(table) > 1 else []
    with pytest.raises(InvalidInput):
        load([*table[:1], *good, *table[1:]])
    assert not Code.objects.exists()


@pytest.mark.parametrize("system", ["", "x", "CPV 2008", "цпв", "a" * 21, "../x"])
def test_a_list_has_a_short_plain_name(load, system):
    with pytest.raises(InvalidInput):
        load(SOME, system=system)


def test_who_may_not_edit_the_catalog_loads_nothing(load, firm, client_of):
    with pytest.raises(NotAllowed):
        load(SOME, actor=firm.actor("requester"))
    assert client_of("requester").get(f"{PAGE}load/").status_code == 403


def test_a_file_is_loaded_in_the_browser_and_a_bad_one_says_what_is_wrong(
    firm, client_of, django_assert_max_num_queries
):
    buyer = client_of("buyer")
    stream = StringIO()
    csv.writer(stream).writerows([["code", "name"], ["Q-1", "Drives; small"], ["Q-2", "Pumps"]])
    answer = buyer.post(
        f"{PAGE}load/", {"system": "own", "file": SimpleUploadedFile("own.csv", stream.getvalue().encode())}
    )
    assert answer.status_code == 302, answer.content.decode()
    with django_assert_max_num_queries(25):
        assert "Drives; small" in buyer.get(answer["Location"]).content.decode()
    bad = SimpleUploadedFile("own.csv", b"number,text\n1,x\n")
    refused = buyer.post(f"{PAGE}load/", {"system": "own", "file": bad})
    assert refused.status_code == 422
    assert "heading" in refused.content.decode()


def test_the_command_loads_a_file_and_refuses_another(db, tmp_path):
    good, bad = tmp_path / "a.csv", tmp_path / "b.csv"
    good.write_text("code,name\n01.1,Культуры однолетние\n")
    bad.write_text("x\n")
    out = StringIO()
    call_command("load_codes", str(good), system="okpd2", stdout=out)
    assert "1 added" in out.getvalue()
    assert Code.objects.get().name_ru == "Культуры однолетние"
    for path in (bad, tmp_path / "none.csv"):
        with pytest.raises(CommandError):
            call_command("load_codes", str(path), system="okpd2")


def test_a_category_carries_codes_of_several_lists(load, firm, client_of, work):
    load(SOME)
    load([["code", "name"], ["25.94", "Изделия крепёжные"]], system="okpd2")
    first, second = Code.objects.get(code="44531000-6"), Code.objects.get(code="25.94")
    with work():
        row = services.update_category(firm.fasteners, actor=firm.actor("buyer"), codes=[first, second])
        assert row.version == 2
        assert services.update_category(row, actor=firm.actor("buyer"), codes=[second, first]).version == 2
    assert "ОКПД2 25.94" in client_of("buyer").get(f"/catalog/categories/{firm.fasteners.public_id}/").content.decode()
    buyer = api(firm.users.buyer)
    shown = buyer.get(f"/api/v1/categories/{firm.fasteners.public_id}/").json()
    assert set(shown["codes"]) == {first.public_id, second.public_id}
    kept = buyer.patch(f"/api/v1/categories/{firm.fasteners.public_id}/", {"version": 2, "codes": [second.public_id]})
    assert kept.json()["codes"] == [second.public_id]
    assert [one["code"] for one in buyer.get("/api/v1/codes/?q=болты").json()["results"]] == ["44531000-6"]


def test_codes_of_categories_come_back_from_the_sheet(load, firm, work, tmp_path):
    load(SOME)
    with work():
        services.update_category(firm.fasteners, actor=SYSTEM, codes=Code.objects.filter(code__startswith="445"))
    path, actor = tmp_path / "categories.xlsx", firm.actor("buyer")
    with path.open("wb") as stream:
        CategorySheet.export_xlsx(Category.objects.order_by("path"), actor, stream)
    firm.fasteners.codes.clear()
    with work():
        parsed = CategorySheet.read(path, actor=actor)
        kind_named("categories").apply_rows(parsed, run=None, actor=actor)
    assert not any(row.faults for row in parsed)
    assert firm.fasteners.codes.count() == 2


@pytest.mark.needs_data
def test_the_published_lists_are_loaded_whole(db, shared):
    folder, out = shared / "data" / "codelists", StringIO()
    call_command("load_codes", str(folder / "cpv" / "cpv_2008_en_bg_ru_uk.csv"), system="cpv", stdout=out)
    call_command("load_codes", str(folder / "okpd2" / "okpd2.csv"), system="okpd2", stdout=out)
    assert Code.objects.filter(system="cpv").count() > 9000
    assert Code.objects.filter(system="okpd2").count() > 20000
    assert "03111000-2" in offered("seeds")
    assert "01.1" in offered("культуры однолетние")
