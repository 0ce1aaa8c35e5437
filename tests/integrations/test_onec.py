"""The catalog as CommerceML: valid, complete, tolerant of what others write."""

import subprocess
import sys
from decimal import Decimal

import pytest

from procurement.integrations.onec import services, xml
from srm.catalog.models import Category, Item, ItemUnit
from srm.core.errors import InvalidInput
from srm.flow.perform import perform
from srm.integrations import services as links

LONG = "Описание & <b>знаки</b>\n" + "я" * 3900


@pytest.fixture
def catalog(firm, work):
    """The firm's catalog with everything the format has no field for."""
    with work():
        actor = firm.actor("buyer")
        from srm.catalog.services import update_item

        update_item(
            firm.bolt, actor=actor, description=LONG, reference_price=Decimal("0.0612"),
            margin_dependent=Decimal("1200.50"), name_bg="Болт M8x40 A2", is_service=False,
        )  # fmt: skip
        links.link(firm.bolt, system="1c", external_id="b3f0c1d2-0000-4444-8888-000000000001", actor=actor)
        links.link(firm.bolt, system="bitrix24", external_id="4711", actor=actor)
        perform(firm.nut, "block", actor=actor, reason="no longer made")
    return firm


def export(firm) -> bytes:
    return services.export_catalog(actor=firm.actor("buyer"), legal_entity=firm.entity)


@pytest.mark.needs_data
def test_the_catalog_is_valid_by_the_published_schema(catalog, shared, tmp_path):
    file = tmp_path / "import.xml"
    file.write_bytes(export(catalog))
    check = [sys.executable, str(shared / "checks/validate_xml.py"), "commerceml", str(file)]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_catalog_comes_back_without_loss(catalog, work):
    before = xml.read(export(catalog))
    ItemUnit.objects.all().delete()
    from srm.integrations.models import ExternalRef

    ExternalRef.rows.all().delete()
    Item.objects.all().delete()
    Category.objects.all().delete()
    with work():
        report = services.import_catalog(export_of(before, catalog), actor=catalog.actor("buyer"))
    assert report.faults == []
    assert report.created == 3
    after = xml.read(export(catalog))
    assert after.items == before.items
    assert [(group.id, group.name, group.facts) for group in after.groups] == [
        (group.id, group.name, group.facts) for group in before.groups
    ]
    bolt = Item.objects.get(article="10443")
    assert bolt.description == LONG
    assert links.external_ids(bolt)["bitrix24"] == "4711"
    assert bolt.packs.get().factor == 200
    assert Item.objects.get(article="10451").state == "blocked"


def export_of(shape, firm) -> bytes:
    from srm.core import clock

    return xml.write(shape, owner_id=firm.entity.public_id, owner="x", title="y", at=clock.now())


def test_taking_the_same_catalog_twice_changes_nothing(catalog, work):
    body = export(catalog)
    with work():
        report = services.import_catalog(body, actor=catalog.actor("buyer"))
    assert (report.created, report.changed, report.same, report.faults) == (0, 0, 3, [])


def test_a_file_without_namespace_with_faults_is_taken_as_far_as_it_goes(firm, work):
    body = """<?xml version="1.0" encoding="windows-1251"?>
    <КоммерческаяИнформация ВерсияСхемы="2.05" ДатаФормирования="2026-01-05">
     <Классификатор><Группы><Группа><Ид>g1</Ид><Наименование>Метизы</Наименование></Группа>
      <Группа><Наименование>без ид</Наименование></Группа></Группы></Классификатор>
     <Каталог><Товары>
      <Товар><Ид>t1</Ид><Артикул>X-1</Артикул><Наименование>Шайба</Наименование><БазоваяЕдиница Код="796 ">шт</БазоваяЕдиница><Группы><Ид>g1</Ид></Группы></Товар>
      <Товар><Ид>t2</Ид><Наименование>Нечто</Наименование><БазоваяЕдиница>локоть</БазоваяЕдиница><Группы><Ид>g1</Ид></Группы></Товар>
      <Товар><Ид>t3</Ид></Товар>
     </Товары></Каталог></КоммерческаяИнформация>""".encode("windows-1251")
    with work():
        report = services.import_catalog(body, actor=firm.actor("buyer"))
    assert report.created == 1
    assert len(report.faults) == 3
    washer = Item.objects.get(article="X-1")
    assert (washer.name_ru, washer.category.name_ru) == ("Шайба", "Метизы")
    assert links.external_ids(washer) == {"1c": "t1"}


BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c SYSTEM "file:///etc/passwd">]><x>&b;&c;</x>"""


@pytest.mark.parametrize("body", [b"", b"not xml", b"<a/>", BOMB])
def test_what_is_no_catalog_is_refused_with_a_sentence(body):
    with pytest.raises(InvalidInput) as refused:
        xml.read(body)
    assert "root:" not in str(refused.value)
