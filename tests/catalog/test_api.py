"""The catalog over the API."""

from decimal import Decimal

import pytest

from srm.catalog.models import Category, Item, ItemUnit
from tests.rest.helpers import api

ITEMS = "/api/v1/items/"


@pytest.fixture
def buyer(firm):
    return api(firm.users.buyer)


@pytest.fixture
def body(firm):
    return {
        "name_en": "Washer M8", "category": firm.fasteners.public_id, "base_unit": "C62", "reference_price": "0.012",
        "packs": [{"unit": "XBX", "factor": "1000"}],
    }  # fmt: skip


def test_an_item_is_made_read_and_changed(buyer, body, firm):
    made = buyer.post(ITEMS, body)
    assert made.status_code == 201, made.content
    shown = made.json()
    assert (shown["article"], shown["state"], shown["name"]) == ("A-00001", "draft", "Washer M8")
    assert [(pack["unit"], pack["factor"]) for pack in shown["packs"]] == [("XBX", "1000")]
    address = f"{ITEMS}{shown['id']}/"
    changed = buyer.patch(address, {"version": 1, "name_bg": "Шайба M8"})
    assert changed.status_code == 200, changed.content
    assert changed.json()["packs"] == shown["packs"]
    emptied = buyer.patch(address, {"version": 2, "packs": []})
    assert emptied.json()["packs"] == []
    assert buyer.patch(address, {"version": 1, "name_bg": "Late"}).status_code == 409
    assert buyer.post(f"{address}moves/activate/").json()["state"] == "active"


def test_a_repeated_post_makes_one_item(buyer, body):
    first, again = (buyer.post(ITEMS, body, key="the-same-key") for _ in range(2))
    assert first.json()["id"] == again.json()["id"]
    assert Item.objects.filter(name_en="Washer M8").count() == 1


def test_mistakes_are_named_by_field(buyer, body, firm):
    answer = buyer.post(ITEMS, {**body, "packs": [{"unit": "C62", "factor": "2"}]})
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["packs.0.unit"]
    answer = buyer.post(ITEMS, {**body, "state": "active", "price": "1"})
    assert set(answer.json()["errors"]) == {"state", "price"}
    answer = buyer.post(ITEMS, {**body, "article": "10443"})
    assert "article" in answer.json()["errors"]
    assert not Item.objects.filter(name_en="Washer M8").exists()


def test_the_list_is_searched_filtered_and_sorted(buyer, firm, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        found = buyer.get(ITEMS, {"q": "болт", "category": firm.fasteners.public_id, "sort": "-article"}).json()[
            "results"
        ]
    assert [one["article"] for one in found] == ["10443"]
    assert buyer.get(ITEMS, {"sort": "margin_dependent"}).status_code == 400


def test_categories_are_written_and_their_paths_follow(buyer, firm):
    made = buyer.post("/api/v1/categories/", {"code": "NUT", "parent": firm.fasteners.public_id, "name_en": "Nuts"})
    assert made.status_code == 201, made.content
    assert made.json()["path"] == "/FAST/NUT/"
    address = f"/api/v1/categories/{made.json()['id']}/"
    assert buyer.patch(address, {"version": 1, "parent": None}).json()["path"] == "/NUT/"
    assert buyer.patch(address, {"version": 2, "segment": "leverage"}).status_code == 422
    assert Category.objects.get(code="NUT").segment == ""


def test_units_are_read_by_their_code(firm):
    reader = api(firm.users.requester)
    shown = reader.get("/api/v1/units/KGM/").json()
    assert (shown["id"], shown["symbol_ru"], shown["okei"], Decimal(shown["factor"])) == ("KGM", "кг", "166", 1)
    codes = [one["id"] for one in reader.get("/api/v1/units/", {"dimension": "mass", "limit": 100}).json()["results"]]
    assert {"KGM", "GRM", "TNE"} <= set(codes)
    assert reader.get("/api/v1/units/NOPE/").status_code == 404
    assert reader.post("/api/v1/units/", {}).status_code == 405


def test_who_may_not_is_refused(firm, body):
    assert api(firm.users.requester).post(ITEMS, body).status_code == 403
    for name in ("alfa_admin", "alfa_reader"):
        answer = api(getattr(firm.users, name)).get(ITEMS)
        assert answer.status_code in (403, 404)
    assert api().get(ITEMS).status_code == 401
    assert ItemUnit.objects.count() == 1
