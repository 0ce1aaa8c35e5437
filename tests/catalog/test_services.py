"""Making and changing items, categories, units."""

from decimal import Decimal

import pytest

from srm.audit.selectors import history
from srm.catalog import services
from srm.catalog.lifecycle import ItemState
from srm.catalog.models import Category, Item, ItemUnit, Unit
from srm.core.actor import SYSTEM
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken, Stale
from srm.flow.perform import perform
from srm.outbox.models import OutboxEvent
from srm.stock import services as stock
from tests.races import at_once

D = Decimal


@pytest.fixture
def make(firm, work):
    """`make(name_en="Screw")`: a new item among the fasteners, counted in pieces."""

    def call(**fields) -> Item:
        with work():
            values = {"category": firm.fasteners, "base_unit": firm.unit("C62"), "name_en": "Screw", **fields}
            return services.create_item(actor=SYSTEM, **values)

    return call


@pytest.fixture
def change(work):
    """`change(item, name_en="Bolt")`"""

    def call(row, service=services.update_item, **changes):
        with work():
            return service(row, actor=SYSTEM, **changes)

    return call


def refused(fields=None):
    return pytest.raises(InvalidInput, check=lambda fault: fields is None or set(fault.errors) == {fields})


# -- items -------------------------------------------------------------------


def test_an_item_without_article_gets_the_next_free_one(make):
    make(article="A-00002")
    assert [make().article for _ in range(3)] == ["A-00001", "A-00003", "A-00004"]
    assert make(article=" B 7 ").article == "B 7"


def test_two_new_items_at_once_get_two_articles(committed_firm):
    firm = committed_firm
    new = lambda: services.create_item(  # noqa: E731
        actor=SYSTEM, category=firm.fasteners, base_unit=firm.unit("C62"), name_en="Screw"
    )
    articles = {answer.article for answer in at_once(new, new, new)}
    assert articles == {"A-00001", "A-00002", "A-00003"}


def test_an_item_is_a_draft_until_it_is_activated(make, firm, work):
    draft = make()
    assert draft.state == ItemState.DRAFT
    assert make(activate=True).state == ItemState.ACTIVE
    with pytest.raises(NotAllowed), work():
        perform(draft, "activate", actor=firm.actor("requester"))
    with work():
        active = perform(draft, "activate", actor=firm.actor("buyer"))
        blocked = perform(active, "block", actor=firm.actor("buyer"), reason="Breaks too early")
    assert blocked.state == ItemState.BLOCKED
    assert history(blocked)[0].reason == "Breaks too early"


def test_an_item_has_a_name_in_some_language_and_an_article_of_its_own(make, change):
    with refused("name_en"):
        make(name_en=" ")
    item = make(name_en="", name_bg="Винт", article="V-1")
    with refused("article"):
        make(article="V-1")
    with refused("name_en"):
        change(item, name_bg="")
    assert change(item, article="").article == "V-1"


def test_nothing_is_put_into_a_closed_category(make, change, firm):
    item = make()
    Category.objects.filter(pk=firm.tools.pk).update(is_active=False)
    firm.tools.refresh_from_db()
    with refused("category"):
        make(category=firm.tools)
    with refused("category"):
        change(item, category=firm.tools)


def test_packs_are_written_changed_and_taken_away_with_the_item(make, change, firm):
    box, pallet, kilo = firm.unit("XBX"), firm.unit("XPX"), firm.unit("KGM")
    item = make(packs=[{"unit": box, "factor": D(200), "id": None}, (pallet, D(9600))])
    assert {pack.unit.code: pack.factor for pack in item.packs.all()} == {"XBX": 200, "XPX": 9600}
    item = change(item, packs=[{"unit": box, "factor": D(250)}, {"unit": kilo, "factor": D("83.5")}])
    assert {pack.unit.code: pack.factor for pack in item.packs.all()} == {"XBX": 250, "KGM": D("83.5")}
    assert item.version == 2
    assert change(item, packs=[{"unit": box, "factor": D(250)}, {"unit": kilo, "factor": D("83.5")}]).version == 2
    assert change(item, name_en="Other").packs.count() == 2
    verbs = [event.verb for event in history(item)]
    assert verbs.count("removed") == 1


@pytest.mark.parametrize(
    ("code", "factor", "where"),
    [
        ("C62", 5, "packs.0.unit"),
        ("XBX", 0, "packs.0.factor"),
        ("XBX", -1, "packs.0.factor"),
        ("DZN", 10, "packs.0.factor"),
    ],
)
def test_packs_that_cannot_be_are_refused_at_their_line(make, firm, code, factor, where):
    with refused(where):
        make(packs=[(firm.unit(code), D(factor))])
    assert not Item.objects.filter(name_en="Screw").exists()


def test_a_unit_makes_one_pack(make, firm):
    with refused("packs.1.unit"):
        make(packs=[(firm.unit("XBX"), D(1)), (firm.unit("XBX"), D(2))])


def test_the_base_unit_stays_once_something_is_counted_in_it(make, change, firm, work):
    item = make()
    item = change(item, base_unit=firm.unit("KGM"))
    with work():
        stock.receive(actor=SYSTEM, warehouse=firm.warehouse, item=item, quantity=D(1), moved_on=item.created_at.date())
    with refused("base_unit"):
        change(item, base_unit=firm.unit("C62"))
    assert change(item, base_unit=firm.unit("KGM"), name_en="Sheet").name_en == "Sheet"


def test_the_successors_of_an_item_form_no_circle(make, change):
    first, second = make(), make()
    first = change(first, replaced_by=second)
    for circle in (first, second):
        with refused("replaced_by"):
            change(second, replaced_by=circle)


def test_two_editors_of_one_item_notice_each_other(make, change):
    item = make()
    change(item, version=1, name_en="Mine")
    with pytest.raises(Stale):
        change(item, version=1, name_en="Yours")


def test_followers_hear_of_items_and_of_their_packs(make, change, firm, work):
    item = make(activate=True)
    change(item, packs=[(firm.unit("XBX"), D(200))])
    events = OutboxEvent.objects.unscoped("test")
    told = [(event.kind, event.payload) for event in events.filter(kind__startswith="item.").order_by("pk")]
    assert [kind for kind, _payload in told] == ["item.created", "item.activate", "item.changed"]
    assert told[0][1]["article"] == item.article
    assert told[1][1]["state"] == "active"


def test_an_item_is_found_in_every_language_and_case(make):
    item = make(article="Q-77", name_en="Hex Bolt", name_ru="Болт шестигранный ё", name_bg="Шестостенен болт")
    for words in ("hex", "БОЛТ", "шестигранный Е", "шестостенен", "q-77", "bolt болт"):
        assert item in Item.objects.search(words), words
    assert item not in Item.objects.search("гайка")


# -- categories --------------------------------------------------------------


@pytest.fixture
def tree(firm, work):
    """FAST > BOLT > METR."""
    with work():
        bolt = services.create_category(actor=SYSTEM, code="BOLT", parent=firm.fasteners, name_en="Bolts")
        metric = services.create_category(actor=SYSTEM, code="METR", parent=bolt, name_en="Metric")
    return bolt, metric


def paths():
    return set(Category.objects.values_list("path", flat=True))


def test_a_category_knows_its_way_from_the_root(tree, firm):
    bolt, metric = tree
    assert metric.path == "/FAST/BOLT/METR/"
    assert metric.depth == 2
    assert metric.ancestor_paths() == ["/FAST/", "/FAST/BOLT/", "/FAST/BOLT/METR/"]
    assert set(Category.objects.below(firm.fasteners)) == {firm.fasteners, bolt, metric}


def test_a_moved_or_renamed_category_takes_what_is_below_along(tree, change, firm):
    bolt, _metric = tree
    moved = change(bolt, services.update_category, parent=firm.tools)
    assert paths() == {"/FAST/", "/TOOL/", "/TOOL/BOLT/", "/TOOL/BOLT/METR/"}
    change(moved, services.update_category, code="B-1", parent=None)
    assert paths() == {"/FAST/", "/TOOL/", "/B-1/", "/B-1/METR/"}


def test_a_category_is_never_part_of_itself(tree, change, firm):
    bolt, metric = tree
    for below in (bolt, metric):
        with refused("parent"):
            change(bolt, services.update_category, parent=below)
    with refused("parent"):
        change(firm.fasteners, services.update_category, parent=metric)


@pytest.mark.parametrize("code", ["", "A/B", "A B", "x" * 21, "fast"])
def test_codes_of_categories_are_short_words_of_their_own(firm, work, code):
    with refused("code"), work():
        services.create_category(actor=SYSTEM, code=code, name_en="New")


def test_a_tree_does_not_grow_deeper_than_its_paths(firm, work):
    parent = firm.tools
    with refused("parent"), work():
        for depth in range(20):
            parent = services.create_category(
                actor=SYSTEM, code=f"{'x' * 17}{depth:02d}", parent=parent, name_en="Deep"
            )


def test_two_moves_at_once_close_no_circle(committed_firm):
    firm = committed_firm
    answers = at_once(
        lambda: services.update_category(firm.fasteners, actor=SYSTEM, parent=firm.tools),
        lambda: services.update_category(firm.tools, actor=SYSTEM, parent=firm.fasteners),
    )
    assert sum(isinstance(answer, InvalidInput) for answer in answers) == 1
    assert len({path.split("/")[1] for path in paths()}) == 1


def test_the_matrix_writes_the_segment(firm, work):
    with work():
        category = services.set_segment(firm.fasteners, segment="leverage", actor=SYSTEM)
    assert category.get_segment_display() == "Leverage"
    with refused("segment"), work():
        services.set_segment(firm.fasteners, segment="precious", actor=SYSTEM)


# -- units -------------------------------------------------------------------


def test_a_unit_is_added_and_keeps_its_meaning_once_it_is_used(firm, work, change):
    with work():
        unit = services.create_unit(actor=SYSTEM, code=" 28 ", symbol_en="kg/m²", name_en="Basis weight")
    assert unit.code == "28"
    assert change(unit, services.update_unit, factor=D(2)).factor == 2
    ItemUnit.objects.create(item=firm.nut, unit=unit, factor=3)
    with refused("factor"):
        change(unit, services.update_unit, factor=D(4))
    assert change(unit, services.update_unit, symbol_ru="кг/м²").symbol_ru == "кг/м²"


@pytest.mark.parametrize(("code", "field"), [("KGM", "code"), ("ABCD", "code"), ("ж", "code"), ("", "code")])
def test_units_have_a_code_of_their_own(firm, work, code, field):
    with refused(field), work():
        services.create_unit(actor=SYSTEM, code=code, symbol_en="x", name_en="X")
    assert Unit.objects.filter(symbol_en="x").count() == 0


def test_a_blocked_item_is_no_longer_offered_and_a_move_from_a_wrong_state_says_so(make, work):
    from srm.ui import lookups

    item = make(article="Z-1", activate=True)
    source = lookups.get("items")
    assert [option.value for option in source.search(SYSTEM, "Z-1")] == [item.public_id]
    with work():
        item = perform(item, "block", actor=SYSTEM, reason="Gone")
    assert source.search(SYSTEM, "Z-1") == []
    assert source.resolve(SYSTEM, item.public_id) == item
    with pytest.raises(RuleBroken, match="Blocked"), work():
        perform(item, "block", actor=SYSTEM, reason="Again")
