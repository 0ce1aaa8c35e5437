"""Views of rooms' own commands: the permission, the body, the one transaction."""

from __future__ import annotations

import io

import pytest
from django.core.exceptions import ImproperlyConfigured, RequestDataTooBig
from django.http import HttpRequest
from django.urls import path
from rest_framework.response import Response

from srm.catalog.models import Item
from srm.people.actors import actor_for
from srm.rest.fields import QuantityField, RefListField
from srm.rest.models import IdempotencyRecord
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet, take_body
from tests.rest import resources
from tests.rest.helpers import api

pytestmark = pytest.mark.django_db
DONE: list[object] = []


class SplitInput(InputSerializer):
    quantity = QuantityField()


class SplitView(ApiView):
    """A command that reads its body before it opens the transaction."""

    permission = "catalog.edit"
    parameters = ("dry_run",)

    def post(self, request):
        values = SplitInput(data=self.body(), context=self.get_serializer_context())
        values.is_valid(raise_exception=True)

        def work() -> Response:
            DONE.append(values.validated_data["quantity"])
            return Response({"done": len(DONE)})

        return self.write(work)


urlpatterns = [path("api/v1/split/", SplitView.as_view())]


@pytest.fixture
def split(settings) -> str:
    settings.ROOT_URLCONF = "tests.rest.test_views"
    DONE.clear()
    return "/api/v1/split/"


def test_a_command_runs_once_per_key_although_it_read_the_body_first(split, admin):
    caller = api(admin)
    answers = [caller.post(split, {"quantity": "2.5"}, key="key-1") for _ in range(3)]
    assert [answer.json() for answer in answers] == [{"done": 1}] * 3
    assert IdempotencyRecord.objects.unscoped("test").count() == 1


def test_a_command_names_its_permission_and_parameters(split, admin, requester):
    assert api(requester).post(split, {"quantity": "1"}).status_code == 403
    assert api(admin).post(f"{split}?dry_run=1", {"quantity": "1"}).status_code == 200
    assert api(admin).post(f"{split}?dry=1", {"quantity": "1"}).status_code == 400
    assert api(admin).post(split, {"quantity": "0"}).status_code == 422
    assert api(admin).post(split, {"quantity": "1", "more": 1}).status_code == 422
    assert api(admin).get(split).status_code == 405


def test_no_cache_keeps_answers(split, admin):
    assert api(admin).post(split, {"quantity": "1"}).headers["Cache-Control"] == "no-store"
    assert api().get(split).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("length", [0, 10, 11])
def test_a_body_without_its_length_is_watched_too(settings, length):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    request = HttpRequest()
    request._stream = io.BytesIO(b"x" * length)
    if length > 10:
        with pytest.raises(RequestDataTooBig):
            take_body(request)
    else:
        take_body(request)
        assert request.body == b"x" * length


def test_many_references_cost_one_query_and_each_counts_once(admin, category, django_assert_num_queries):
    class Chosen(InputSerializer):
        categories = RefListField(type(category))

    actor = actor_for(admin)
    with django_assert_num_queries(1):
        read = Chosen(data={"categories": [category.public_id] * 3}, context={"actor": actor})
        assert read.is_valid()
    assert read.validated_data["categories"] == [category]
    assert Chosen(read.validated_data, context={"actor": actor}).data == {"categories": [category.public_id]}
    for wrong in (["A" * 22], [1], "x", {"a": 1}, [None]):
        assert not Chosen(data={"categories": wrong}, context={"actor": actor}).is_valid()


def test_a_view_that_names_no_permission_cannot_be_declared():
    with pytest.raises(ImproperlyConfigured, match="names no permission"):
        type("Open", (ApiView,), {})
    with pytest.raises(ImproperlyConfigured, match="who may view"):
        type("Open", (DocumentViewSet,), {"model": Item, "serializer_class": resources.ItemSerializer})
    with pytest.raises(ImproperlyConfigured, match="who may create"):
        type("Open", (resources.ItemViewSet,), {"permissions": {"view": "catalog.view"}})


@pytest.mark.parametrize(
    "meta",
    [
        {"fields": "__all__"},
        {"exclude": ("state",), "fields": ()},
        {"fields": ("article",), "writable": ("currency",)},
        {"fields": ("state",), "writable": ("state",)},
        {"fields": ("number", "version"), "writable": ("version",)},
    ],
)
def test_a_serializer_that_opens_too_much_cannot_be_declared(meta):
    with pytest.raises(ImproperlyConfigured):
        type("Open", (Serializer,), {"Meta": type("Meta", (), {"model": Item, **meta})})


def test_an_address_is_served_once():
    with pytest.raises(ImproperlyConfigured):
        register("Things", resources.ItemViewSet)
    with pytest.raises(ImproperlyConfigured):
        register("departments", resources.ItemViewSet)
    with pytest.raises(ImproperlyConfigured):
        register_view("split", SplitView, "split")
