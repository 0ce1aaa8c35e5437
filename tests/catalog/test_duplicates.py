"""The steward's list: found by itself, decided by a person, remembered."""

import pytest

from srm.audit.selectors import history
from srm.catalog import services as catalog
from srm.catalog.duplicates import jobs, matching, registry, selectors, services
from srm.catalog.duplicates.models import DuplicatePair
from srm.core.actor import SYSTEM
from srm.core.errors import InvalidInput, RuleBroken
from srm.flow.uow import unit_of_work
from srm.jobs.models import Job
from srm.jobs.services import enqueue, run_now
from tests.rest.helpers import api as call_api

pytestmark = pytest.mark.django_db


@pytest.fixture
def make(firm):
    def call(**fields):
        with unit_of_work():
            values = {"category": firm.fasteners, "base_unit": firm.unit("C62"), **fields}
            return catalog.create_item(actor=SYSTEM, activate=True, **values)

    return call


@pytest.fixture
def api(firm):
    return lambda persona: call_api(getattr(firm.users, persona))


def look():
    written = 0
    for piece in services.portions(matching.find(selectors.facts())):
        with unit_of_work():
            written += piece()
    return written


def all_pairs():
    return DuplicatePair.objects.unscoped("test").order_by("pk")


def test_the_search_finds_the_double_and_says_why(firm, make):
    double = make(article="ПП-9", name_ru="Болт М8х40, А2")
    assert look() == 1
    pair = all_pairs().get()
    assert (pair.first, pair.second, pair.verdict) == (firm.bolt, double, "open")
    assert pair.words == ["The same name", "The same unit"]


def test_a_second_search_writes_nothing_and_takes_back_what_is_no_longer_so(firm, make):
    double = make(article="ПП-9", name_ru="Болт М8х40, А2")
    look()
    assert look() == 0
    with unit_of_work():
        catalog.update_item(double, actor=SYSTEM, name_ru="Шуруп 4х40")
    look()
    assert not all_pairs().exists()


def test_not_a_duplicate_is_remembered_until_somebody_opens_it_again(firm, make):
    make(article="ПП-9", name_ru="Болт М8х40, А2")
    look()
    with unit_of_work():
        services.refuse(all_pairs().get(), actor=firm.actor("head"), note="Another thread")
    look()
    pair = all_pairs().get()
    assert (pair.verdict, pair.note, pair.decided_by) == ("different", "Another thread", firm.users.head)
    assert history(pair)[0].verb == "refused"
    with pytest.raises(RuleBroken, match="already decided"), unit_of_work():
        services.refuse(pair, actor=firm.actor("head"))
    with unit_of_work():
        services.reopen(pair, actor=firm.actor("head"))
    assert all_pairs().get().verdict == "open"


def test_two_items_are_put_together_by_hand_and_stay_so(firm):
    with unit_of_work():
        pair = services.suggest(actor=firm.actor("head"), first=firm.nut, second=firm.bolt)
    assert (pair.first, pair.by_hand, pair.words[0]) == (firm.bolt, True, "Put together by hand")
    look()
    assert all_pairs().get() == pair
    with unit_of_work():
        assert services.suggest(actor=firm.actor("head"), first=firm.bolt, second=firm.nut) == pair
    with pytest.raises(InvalidInput, match="same item"), unit_of_work():
        services.suggest(actor=firm.actor("head"), first=firm.bolt, second=firm.bolt)


def test_a_number_that_an_upper_room_knows_is_a_proof(firm, monkeypatch):
    numbers = [(firm.bolt.pk, "S-1", "B 77/4"), (firm.nut.pk, "S-1", "b774"), (firm.gloves.pk, "S-2", "B774")]
    monkeypatch.setattr(registry, "_keys", [lambda: numbers])
    look()
    pair = all_pairs().get()
    assert (pair.first, pair.second) == (firm.bolt, firm.nut)
    assert "The same number at a supplier: S-1: b774" in pair.words


def test_the_job_runs_on_demand_and_every_night_and_is_not_queued_twice(firm, make):
    make(article="ПП-9", name_ru="Болт М8х40, А2")
    with unit_of_work():
        job = enqueue(jobs.KIND, actor=firm.actor("head"))
    jobs.look_every_night()
    assert Job.objects.unscoped("test").count() == 1
    job = run_now(job)
    assert (job.state, job.result["found"]) == ("done", 1)
    assert "1 pair" in job.result["text"]


def test_a_suggestion_keeps_nobody_from_changing_the_unit(firm, make):
    double = make(article="ПП-9", name_ru="Болт М8х40, А2")
    look()
    with unit_of_work():
        assert catalog.update_item(double, actor=SYSTEM, base_unit=firm.unit("KGM")).base_unit.code == "KGM"


# ------------------------------------------------------------------------------------------------- pages and API


def test_the_head_works_through_the_list_in_the_browser(firm, make, client_of):
    double = make(article="ПП-9", name_ru="Болт М8х40, А2", name_en="Bolt M8x40 A2")
    look()
    head, pair = client_of("head"), all_pairs().get()
    page = head.get("/catalog/duplicates/")
    assert "ПП-9" in page.content.decode()
    page = head.get(f"/catalog/duplicates/{pair.public_id}/").content.decode()
    assert "The same name" in page
    assert "Side by side" in page
    assert "Possible duplicates" in head.get(f"/catalog/items/{double.public_id}/").content.decode()
    head.post(f"/catalog/duplicates/{pair.public_id}/refuse/", {"note": "Two norms"})
    assert all_pairs().get().note == "Two norms"
    assert "ПП-9" not in head.get("/catalog/duplicates/?verdict=open").content.decode()
    head.post(f"/catalog/duplicates/{pair.public_id}/reopen/")
    assert all_pairs().get().verdict == "open"


@pytest.mark.parametrize(
    "query", ["q=болт", "verdict=open", "score_from=50", "by_hand=0", "sort=score", "sort=-found", "verdict=different"]
)
def test_the_list_is_filtered_and_sorted(firm, make, client_of, query):
    make(article="ПП-9", name_ru="Болт М8х40, А2")
    look()
    page = client_of("head").get(f"/catalog/duplicates/?{query}")
    assert page.status_code == 200
    assert ("ПП-9" in page.content.decode()) == (query != "verdict=different")


def test_a_full_list_costs_few_queries(firm, make, client_of, django_assert_max_num_queries):
    for number in range(30):
        make(article=f"ПП-{number}", name_ru=f"Шуруп {number}х40")
        make(article=f"ШШ-{number}", name_ru=f"шуруп {number} x 40")
    assert look() == 30
    head = client_of("head")
    head.get("/catalog/duplicates/")
    with django_assert_max_num_queries(25):
        assert head.get("/catalog/duplicates/").status_code == 200


def test_the_job_is_started_and_two_items_are_compared_in_the_browser(firm, client_of):
    head = client_of("head")
    head.post("/catalog/duplicates/look/")
    assert Job.objects.unscoped("test").get().kind == jobs.KIND
    answer = head.post("/catalog/duplicates/compare/", {"first": firm.bolt.public_id, "second": firm.nut.public_id})
    assert answer.url == f"/catalog/duplicates/{all_pairs().get().public_id}/"
    answer = head.post("/catalog/duplicates/compare/", {"first": firm.bolt.public_id, "second": firm.bolt.public_id})
    assert "same item" in answer.content.decode()


def test_a_program_does_the_same(firm, make, api):
    make(article="ПП-9", name_ru="Болт М8х40, А2")
    look()
    head, pair = api("head"), all_pairs().get()
    listed = head.get("/api/v1/duplicates/?verdict=open").json()["results"]
    assert [row["id"] for row in listed] == [pair.public_id]
    assert listed[0]["words"] == ["The same name", "The same unit"]
    answer = head.post(f"/api/v1/duplicates/{pair.public_id}/refuse/", {"note": "no"})
    assert answer.json()["verdict"] == "different"
    answer = head.post(f"/api/v1/duplicates/{pair.public_id}/refuse/", {})
    assert answer.status_code == 409
    assert head.post(f"/api/v1/duplicates/{pair.public_id}/reopen/").json()["verdict"] == "open"
    made = head.post(
        "/api/v1/duplicates/",
        {"first": firm.nut.public_id, "second": firm.bolt.public_id},
    )
    assert (made.status_code, made.json()["first"]) == (201, firm.bolt.public_id)
    assert head.post("/api/v1/duplicates/look/").status_code == 202


@pytest.mark.parametrize("persona", ["buyer", "requester", "auditor", "storekeeper"])
def test_others_neither_see_nor_decide(firm, make, client_of, api, persona):
    make(article="ПП-9", name_ru="Болт М8х40, А2")
    look()
    pair = all_pairs().get()
    assert client_of(persona).get("/catalog/duplicates/").status_code == 403
    assert client_of(persona).post(f"/catalog/duplicates/{pair.public_id}/refuse/").status_code == 403
    assert api(persona).post(f"/api/v1/duplicates/{pair.public_id}/refuse/").status_code == 403
    assert all_pairs().get().verdict == "open"
