"""Bodies that somebody wrote to see what happens. Nothing may break, nothing may slip in, every refusal has a sentence."""

from __future__ import annotations

import json

import pytest

from srm.catalog.models import Item
from srm.rest.renderers import dumps
from tests.rest.helpers import api
from tests.rest.resources import LineShape

pytestmark = pytest.mark.django_db


def refused(answer, status: int) -> dict:
    """The problem in a refusal, which has changed nothing."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not Item.objects.exists()
    problem = answer.json()
    assert problem["detail"]
    assert "Traceback" not in answer.content.decode()
    return problem


@pytest.mark.parametrize(
    "field", [field.name for field in Item._meta.get_fields()] + ["id", "pk", "is_staff", "__class__", "actor"]
)
def test_every_field_that_is_not_writable_is_refused_by_name(things, admin, body, field):
    if field in body:
        return
    problem = refused(api(admin).post(things, body | {field: 1}), 422)
    assert list(problem["errors"]) == [field]


@pytest.mark.parametrize(
    "value",
    [
        "-1",
        -1,
        "1e30",
        "1E+30",
        "NaN",
        "Infinity",
        "-Infinity",
        "abc",
        "",
        " ",
        "1,5",
        "1 000",
        "٣",
        "1_0",
        True,
        [],
        {},
        "0x10",
        "1" * 400,
        "999999999999999",
        "0.0000001",
        "१",
    ],
)
def test_a_price_that_cannot_be_is_refused_with_a_sentence(things, admin, body, value):
    problem = refused(api(admin).post(things, body | {"reference_price": value}), 422)
    assert list(problem["errors"]) == ["reference_price"]


@pytest.mark.parametrize(
    "number", ["1e30", "1e999999999", "1e-999999999", "-0.1", "123456789012345678901234567890", "9" * 4000]
)
def test_json_numbers_out_of_this_world_are_refused(things, admin, body, number):
    raw = json.dumps(body | {"reference_price": 0}).replace('"reference_price": 0', f'"reference_price": {number}')
    problem = refused(api(admin).post(things, raw=raw.encode()), 422)
    assert "reference_price" in problem["errors"]


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"[1]", b"1", b'"x"', b"null", b"{'a': 1}", b'{"article": NaN}', b'{"article": Infinity}',
        b'{"article": "a", "article": "b"}', b"\xff\xfe{}", b"[" * 100_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b'{"article": ' + b"9" * 10_000 + b"}", b'{"x": 1e99999999999999999999}',
    ],
    ids=lambda raw: repr(raw[:24]),
)  # fmt: skip
def test_a_body_that_is_no_json_object_is_refused(things, admin, raw):
    answer = api(admin).post(things, raw=raw)
    assert answer.status_code in {400, 422}
    refused(answer, answer.status_code)


@pytest.mark.parametrize("value", ["\x00", "a\x00b", "\ud800", "x" * 41, "", None, [], {}, True])
def test_text_that_cannot_be_stored_is_refused(things, admin, body, value):
    problem = refused(api(admin).post(things, body | {"article": value}), 422)
    assert list(problem["errors"]) == ["article"]


@pytest.mark.parametrize("name", ["\ud800", "a\r\nSet-Cookie: x", "\x00", "<script>", "a" * 5000, "\u202egnp", ""])
def test_hostile_names_of_fields_are_echoed_harmlessly(things, admin, body, name):
    problem = refused(api(admin).post(things, body | {name: 1}), 422)
    assert len(problem["errors"]) == 1
    echoed = next(iter(problem["errors"]))
    assert len(echoed) <= 500
    assert not {"\x00", "\r", "\n", "\u202e", "\ud800"} & set(echoed)


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "text/html",
    ],
)
def test_only_json_is_read(things, admin, body, content_type):
    caller = api(admin)
    answer = caller.client.generic("POST", things, json.dumps(body), content_type=content_type)
    refused(answer, 415)


def test_a_compressed_charset_does_not_unfold(things, admin):
    answer = api(admin).client.generic("POST", things, b"BZh91AY", content_type="application/json; charset=bz2_codec")
    refused(answer, 400)


def test_a_body_over_the_limit_is_refused(things, admin, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    refused(api(admin).post(things, raw=b'"' + b"x" * 2000 + b'"'), 413)


def test_a_reference_of_others_and_a_missing_one_are_refused_in_the_same_words(
    things, admin, body, category, monkeypatch
):
    missing = refused(api(admin).post(things, body | {"category": "A" * 22}), 422)
    monkeypatch.setattr("srm.catalog.models.CatalogQuerySet.visible_to", lambda self, actor: self.none())
    foreign = refused(api(admin).post(things, body), 422)
    assert missing["errors"]["category"] == foreign["errors"]["category"]


@pytest.mark.parametrize(
    "value", [1, "1", "", [], {}, True, "A" * 23, "' OR 1=1 --", "\x00" * 22, None, "../" * 7 + "a"]
)
def test_a_reference_is_a_public_id_and_nothing_else(things, admin, body, category, value):
    problem = refused(api(admin).post(things, body | {"category": value}), 422)
    assert list(problem["errors"]) == ["category"]


def test_a_fault_of_ours_answers_with_the_request_id_and_nothing_more(things, admin, body, monkeypatch):
    monkeypatch.setattr("tests.rest.resources.ItemViewSet.create_service", lambda **_values: 1 / 0)
    caller = api(admin)
    caller.client.raise_request_exception = False
    problem = refused(caller.post(things, body, **{"X-Request-ID": "request-0001"}), 500)
    assert problem["request_id"] == "request-0001"
    assert "Zero" not in json.dumps(problem)


def lines(actor, data, partial=False):
    """Lines read as part of a document's change."""
    from rest_framework import serializers

    from srm.rest.serializers import InputSerializer

    class Document(InputSerializer):
        title = serializers.CharField()
        lines = LineShape(many=True)

    serializer = Document(data=data, partial=partial, context={"actor": actor})
    return serializer.is_valid(), serializer


def test_lines_of_a_change_are_whole_lines(admin, category):
    from srm.people.actors import actor_for
    from srm.rest.errors import flatten

    actor = actor_for(admin)
    good, read = lines(actor, {"lines": [{"category": category.public_id, "reference_price": "1"}]}, partial=True)
    assert good
    assert read.validated_data["lines"][0]["id"] is None
    assert read.validated_data["lines"][0]["category"] == category
    good, read = lines(
        actor, {"lines": [{"id": "x" * 22, "category": category.public_id}, {"state": 1, "bogus": 2}]}, partial=True
    )
    assert not good
    assert set(flatten(read.errors)) == {
        "lines.0.reference_price", "lines.1.category", "lines.1.reference_price", "lines.1.state", "lines.1.bogus",
    }  # fmt: skip


def test_references_of_many_lines_cost_one_query(admin, category, django_assert_num_queries):
    from srm.people.actors import actor_for

    actor = actor_for(admin)
    rows = [{"category": category.public_id, "reference_price": "1"} for _ in range(200)]
    with django_assert_num_queries(1):
        assert lines(actor, {"title": "x", "lines": rows})[0]


def test_answers_are_json_whatever_they_hold():
    assert json.loads(dumps({"half": "\ud800", "big": 2**80})) == {"half": "\ud800", "big": 2**80}
