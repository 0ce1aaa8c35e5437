"""Finding items: exact articles first, then what begins so, words, pieces, and what was meant by a mistyped word."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from srm.catalog import services
from srm.catalog.models import Item
from srm.core import text_index, words
from srm.core.actor import SYSTEM
from srm.ui import lookups

LIST = "/catalog/items/"


@pytest.fixture
def make(firm, work):
    """`make("T-1", name_en="Screw")`: an item in use."""

    def call(article, **names):
        with work():
            common = {"actor": SYSTEM, "category": firm.fasteners, "base_unit": firm.unit("C62"), "activate": True}
            return services.create_item(article=article, **common, **names)

    return call


@pytest.fixture
def shelf(make):
    """Five things whose texts hold each other's articles and words."""
    return [
        make("T-1", name_en="Spanner", name_ru="Гаечный ключ", name_bg="Гаечен ключ"),
        make("T-12", name_en="Torque screwdriver", name_ru="Отвёртка динамометрическая", name_bg="Отвертка"),
        make("B-7", name_en="Case for T-1", name_ru="Футляр", name_bg="Калъф"),
        make("A-9", name_en="Unscrewdrivered thing", name_ru="Нечто"),
        make("Z-3", name_en="Gloves, nitrile", name_ru="Перчатки нитриловые", name_bg="Ръкавици"),
    ]


def offered(text):
    return [option.label.split()[0] for option in lookups.get("items").search(SYSTEM, text)]


def test_the_very_article_comes_first_then_longer_ones_then_those_that_name_it(shelf):
    assert offered("t-1") == ["T-1", "T-12", "B-7"]
    assert offered("screwdriver") == ["T-12", "A-9"]


@pytest.mark.parametrize(
    ("text", "article"),
    [
        ("отвертка", "T-12"), ("ОТВЁРТКА", "T-12"), ("отвёртак", "T-12"), ("атвёртка", "T-12"), ("screwdirver", "T-12"),
        ("glovs", "Z-3"), ("перчадки нитреловые", "Z-3"), ("ръкавицы", "Z-3"), ("нитрил перчвтки", "Z-3"), ("калаф", "B-7"),
    ],
)  # fmt: skip
def test_typing_errors_are_forgiven_in_all_three_languages(shelf, text, article):
    assert article in offered(text)


def test_a_word_that_is_found_is_not_guessed_and_codes_are_never(shelf):
    assert offered("case") == ["B-7"]
    assert offered("t-13") == []
    assert offered("вертолётище") == []
    assert offered("ключ вертолётище") == []


def test_a_renamed_item_is_found_by_its_new_name_only(shelf, work):
    with work():
        services.update_item(shelf[0], actor=SYSTEM, name_en="Wrench", name_ru="", name_bg="")
    assert offered("wrench") == offered("wrnech") == ["T-1"]
    assert offered("spanner") == []


def test_the_list_shows_the_best_first_says_what_it_guessed_and_keeps_an_order_that_was_asked_for(shelf, client_of):
    buyer = client_of("buyer")
    articles = lambda answer: [row.article for row in answer.context["slice"].rows]  # noqa: E731
    assert articles(buyer.get(f"{LIST}?q=t-1")) == ["T-1", "T-12", "B-7"]
    assert articles(buyer.get(f"{LIST}?q=t-1&sort=article")) == ["B-7", "T-1", "T-12"]
    answer = buyer.get(f"{LIST}?q=screwdirver")
    assert articles(answer) == ["T-12", "A-9"]
    assert "Shown: screwdriver" in answer.content.decode()
    assert "Shown:" not in buyer.get(f"{LIST}?q=screwdriver").content.decode()


def test_pages_of_a_ranked_list_follow_each_other_without_gaps(make, client_of):
    for number in range(60):
        make(f"K-{number:02}", name_en="Rivet" if number % 3 else "Big rivet", description="blind" * (number % 2))
    buyer, seen, cursor = client_of("buyer"), [], ""
    while cursor is not None:
        page = buyer.get(LIST, {"q": "rivet", "cursor": cursor}).context["slice"]
        seen += [row.article for row in page.rows]
        cursor = page.next
    assert len(seen) == 60
    assert len(set(seen)) == 60


def test_the_api_ranks_and_forgives_alike(shelf, client_of):
    buyer = client_of("buyer")
    ask = lambda query: [row["article"] for row in buyer.get(f"/api/v1/items/?{query}").json()["results"]]  # noqa: E731
    assert ask("q=t-1") == ["T-1", "T-12", "B-7"]
    assert ask("q=t-1&sort=article") == ["B-7", "T-1", "T-12"]
    assert ask("q=screwdirver") == ["T-12", "A-9"]
    assert buyer.get("/api/v1/items/?sort=best").status_code == 400


def test_the_start_pages_search_puts_the_very_article_first(shelf, client_of):
    found = client_of("buyer").get("/search/?q=T-1").context["found"]
    assert found[0].rows[0].article == "T-1"


@pytest.mark.parametrize("text", ['"', '""" OR 1', "a*b", "(бо", "болт) AND (x", "'; DROP TABLE srm_item; --", "NEAR(x y)",
                                  "100%_", "\\", "-" * 300, "\0болт", "ab:cd", "^начало", "{}"])  # fmt: skip
def test_signs_of_query_languages_mean_nothing(shelf, text):
    offered(text)
    assert Item.objects.search(text).count() <= 8


@given(st.text(max_size=30), st.text(min_size=1, max_size=12))
def test_learned_words_are_within_reach_and_without_digits(before, more):
    for word in words.words_of(f"{before} {more}".casefold()):
        assert words.SHORTEST <= len(word) <= words.LONGEST
        assert not any(letter.isdigit() for letter in word)


@pytest.mark.django_db
def test_one_slip_in_a_short_word_two_in_a_long_one_lead_to_it():
    words.learn(["bolt", "screwdriver"])
    assert words.near("bold") == ["bolt"]
    assert words.near("bald") == []
    for slipped in ("crewdrivr", "screwdirvre", "xcrewdrivex", "sscrewdriverr", "scredwriver"):
        assert words.near(slipped) == ["screwdriver"], slipped
    assert words.near("scrxwdxivxr") == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the index beside the table is SQLite's")
def test_an_index_that_lost_its_triggers_is_built_anew(shelf):
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER srm_item_fts_on_update")
        cursor.execute("UPDATE srm_item SET search_text = 't-1 monkeywrench' WHERE article = 'T-1'")
    assert offered("monkeywrench") == []
    text_index.install()
    assert offered("monkeywrench") == ["T-1"]


@pytest.mark.postgres
def test_postgresql_answers_from_the_index_of_pieces(shelf):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT id FROM srm_item WHERE search_text LIKE '%screwdriver%'")
        assert "srm_item_pieces" in str(cursor.fetchall())
