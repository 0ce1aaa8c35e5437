"""Lists: pages by key, declared filters, and nothing else in the query."""

from __future__ import annotations

from decimal import Decimal

import pytest

from srm.catalog.models import Item
from tests.rest.helpers import api

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(category, unit):
    Item.objects.bulk_create(
        Item(article=f"X-{number:03}", name_en="Thing", category=category, base_unit=unit,
             reference_price=Decimal(number % 3), search_text=f"x-{number:03} thing")
        for number in range(25)
    )  # fmt: skip


def walk(caller, address):
    """All rows, page after page, as a program reads them."""
    rows = []
    while address:
        page = caller.get(address).json()
        assert page["previous"] is None
        rows += page["results"]
        address = page["next"]
    return rows


@pytest.mark.parametrize("sort", ["article", "-price"])
def test_a_program_reads_every_row_once(things, requester, many, sort):
    rows = walk(api(requester), f"{things}?limit=4&sort={sort}")
    assert len(rows) == 25
    assert len({row["id"] for row in rows}) == 25


def test_a_list_costs_the_same_queries_however_long_it_is(things, requester, many, django_assert_max_num_queries):
    caller = api(requester)
    caller.get(f"{things}?limit=1")
    with django_assert_max_num_queries(5) as short:
        caller.get(f"{things}?limit=1")
    with django_assert_max_num_queries(len(short)):
        caller.get(f"{things}?limit=25")


def test_declared_filters_work(things, requester, many):
    caller = api(requester)
    assert len(caller.get(things, {"article": "X-00"}).json()["results"]) == 10
    assert len(caller.get(things, {"reference_price_from": "1", "reference_price_to": "1.5"}).json()["results"]) == 8
    assert len(caller.get(things, {"q": "x-007"}).json()["results"]) == 1
    assert len(caller.get(things, {"state": "draft", "limit": "500"}).json()["results"]) == 25


@pytest.mark.parametrize(
    "query",
    [
        "ordering=bids__price", "_connector=OR", "_negated=1", "category__buyer__password__startswith=p", "pk=1", "id=1",
        "state__in=draft", "offset=1", "page=2", "fields=*", "article__contains=1", "format=api", "Sort=article",
        "search=1", "%00=1", "%ED%A0%80=1", "created_by=1", "depth=3",
    ],
)  # fmt: skip
def test_an_unknown_parameter_is_refused_with_the_list_of_those_that_are_known(things, requester, many, query):
    answer = api(requester).get(f"{things}?{query}")
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:quadrant:problem:unknown-parameter"
    for name in ("article", "cursor", "limit", "q", "reference_price_from", "reference_price_to", "sort", "state"):
        assert name in answer.json()["detail"]


@pytest.mark.parametrize(
    "query",
    [
        "sort=id", "sort=-article", "sort=reference_price;drop", "limit=0", "limit=501", "limit=-1", "limit=x",
        "limit=1e3", "limit=" + "9" * 5000, "cursor=x", "cursor=eyJhIjoxfQ:abc", "cursor=%00", "state=nonsense",
        "reference_price_from=abc", "reference_price_from=NaN", "article=%00", "limit=%D9%A3", "q=%00",
    ],
    ids=lambda query: query[:40],
)  # fmt: skip
def test_a_value_that_cannot_be_is_refused(things, requester, many, query):
    answer = api(requester).get(f"{things}?{query}")
    assert answer.status_code == 400, answer.content
    assert answer.json()["type"] == "urn:quadrant:problem:invalid-parameter"
    assert len(answer.json()["errors"]) == 1


def test_a_cursor_of_another_order_is_refused(things, requester, many):
    following = api(requester).get(f"{things}?limit=4&sort=article").json()["next"]
    answer = api(requester).get(following.replace("sort=article", "sort=-price"))
    assert answer.status_code == 400


def test_a_single_document_and_a_write_take_no_parameters(things, admin, item):
    assert api(admin).get(f"{things}{item.public_id}/?expand=all").status_code == 400
    assert api(admin).post(f"{things}?dry=1", {}).status_code == 400


def test_who_sees_nothing_gets_an_empty_list(things, nobody, many, monkeypatch):
    monkeypatch.setattr("srm.catalog.models.CatalogQuerySet.visible_to", lambda self, actor: self.none())
    monkeypatch.setattr("tests.rest.resources.ItemViewSet.permissions", {"view": ""})
    assert api(nobody).get(things).json() == {"next": None, "previous": None, "results": []}
