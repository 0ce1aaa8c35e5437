"""Lists: filters as chips, saved views, chosen columns, what scripts get."""

import pytest
from django.urls import reverse

from srm.people.models import User
from srm.ui.models import Preference, SavedView

LIST = "/org/users/"
PAGE = "org:user-list"


@pytest.fixture
def admin(client_of):
    return client_of("administrator")


def names(answer):
    return [row.label for row in answer.context["table"].rows]


def chips(answer):
    return [(chip.label, chip.value, chip.without) for chip in answer.context["chips"]]


def test_a_filter_becomes_a_chip_that_can_be_taken_off(admin):
    answer = admin.get(f"{LIST}?kind=staff&role=buyer&sort=-name")
    assert names(answer) == ["Stefan Angelov", "Maria Koleva"]
    assert chips(answer) == [("Kind", "Staff", "role=buyer&sort=-name"), ("Role", "Buyer", "kind=staff&sort=-name")]


def test_a_picked_object_stands_in_its_chip_by_name(admin, firm):
    department = firm.users.buyer.department
    answer = admin.get(f"{LIST}?department={department.public_id}")
    assert chips(answer)[0][:2] == ("Department", "Purchasing")
    assert {row.department_id for row in answer.context["slice"].rows} == {department.pk}


def test_what_a_filter_does_not_know_is_ignored_and_marked(admin):
    answer = admin.get(f"{LIST}?kind=martian&grants__role=administrator&email__contains=a")
    assert answer.status_code == 200
    assert answer.context["chips"] == []
    assert answer.context["filters"].form.errors.keys() == {"kind"}


def test_a_word_is_searched_in_all_languages(admin):
    User.objects.create_user("yana@quadrant.example", name="Яна Болтова")
    assert names(admin.get(f"{LIST}?q=БОЛТ")) == ["Яна Болтова"]


def test_an_order_from_outside_the_list_is_ignored(admin):
    assert names(admin.get(f"{LIST}?sort=password")) == names(admin.get(LIST))


def test_a_script_gets_the_rows_alone(admin):
    answer = admin.get(LIST, headers={"HX-Request": "true", "HX-Target": "list"})
    assert b"<html" not in answer.content
    assert b"<table" in answer.content


def test_an_empty_list_says_what_to_do(admin, firm):
    from srm.people.models import CostCenter

    CostCenter.objects.all().delete()
    text = admin.get("/org/cost-centers/").content.decode()
    assert "No cost centres yet." in text
    assert "New cost centre" in text


def test_filters_that_leave_nothing_are_not_an_empty_list(admin):
    assert "Nothing fits these filters." in admin.get(f"{LIST}?q=zzzz").content.decode()


def test_a_row_is_a_link(admin, firm):
    assert f'href="{reverse("org:user-detail", args=[firm.users.buyer.public_id])}"' in admin.get(LIST).content.decode()


def test_what_people_typed_is_shown_and_never_run(admin):
    User.objects.create_user("x@quadrant.example", name="<script>alert(1)</script>")
    assert "<script>alert(1)" not in admin.get(f"{LIST}?q=script").content.decode()


def save(client, name="Buyers", query="role=buyer", page=PAGE):
    return client.post("/views/save/", {"page": page, "name": name, "query": query, "next": LIST})


def test_a_saved_view_is_a_tab_of_its_owner_and_of_nobody_else(admin, client_of):
    assert save(admin).url == f"{LIST}?role=buyer"
    own = admin.get(f"{LIST}?role=buyer").context["tabs"]
    assert [(tab.label, tab.active) for tab in own][-1] == ("Buyers", True)
    assert [tab.label for tab in client_of("auditor").get(LIST).context["tabs"]] == [
        "All",
        "Staff",
        "Suppliers",
        "Closed",
    ]


def test_a_saved_view_can_be_forgotten_by_its_owner_alone(admin, client_of):
    save(admin)
    view = SavedView.objects.get()
    assert client_of("auditor").post(f"/views/{view.public_id}/remove/").status_code == 404
    assert SavedView.objects.count() == 1
    assert admin.post(f"/views/{view.public_id}/remove/", {"next": LIST}).url == LIST
    assert not SavedView.objects.exists()


def test_the_same_name_again_replaces_the_view(admin):
    save(admin)
    save(admin, query="role=auditor")
    assert SavedView.objects.get().query == "role=auditor"


def test_a_view_needs_a_name_and_there_is_a_limit(admin):
    assert save(admin, name="  ").status_code == 422
    for number in range(20):
        save(admin, name=str(number))
    assert save(admin, name="one too many").status_code == 422
    assert SavedView.objects.count() == 20


def test_nobody_saves_views_without_an_account(client, db):
    assert save(client).status_code == 403
    assert not SavedView.objects.exists()


def test_after_saving_the_page_stays_on_this_host(admin):
    answer = admin.post("/views/save/", {"page": PAGE, "name": "x", "query": "a=1", "next": "https://evil.example/"})
    assert answer.url == "/?a=1"


def heads(answer):
    return [head.name for head in answer.context["table"].heads]


def test_a_user_chooses_columns_for_himself(admin, client_of):
    usual = heads(admin.get(LIST))
    admin.post("/columns/", {"page": PAGE, "column": ["name", "is_active", "no-such"], "next": LIST})
    assert heads(admin.get(LIST)) == ["name", "is_active"]
    assert heads(client_of("auditor").get(LIST)) == usual
    admin.post("/columns/", {"page": PAGE, "reset": "1", "next": LIST})
    assert heads(admin.get(LIST)) == usual
    assert not Preference.objects.exists()


def test_a_column_says_how_it_is_sorted_and_turns_round(admin):
    by_name = {head.name: head for head in admin.get(f"{LIST}?sort=name&kind=staff").context["table"].heads}
    assert by_name["name"].direction == "asc"
    assert by_name["name"].order == "?kind=staff&sort=-name"
    assert by_name["last_login"].order == "?kind=staff&sort=last_login"
    assert by_name["department"].order == ""


def test_the_language_is_kept_on_the_account_and_the_theme_too(admin, firm):
    answer = admin.post("/language/", {"language": "bg", "next": LIST})
    assert answer.url == LIST
    assert answer.cookies["language"].value == "bg"
    admin.post("/theme/", {"theme": "dark"})
    user = User.objects.get(pk=firm.users.administrator.pk)
    assert (user.language, user.theme) == ("bg", "dark")
    assert admin.post("/language/", {"language": "xx"}).status_code == 422
    assert admin.post("/theme/", {"theme": "pink"}).status_code == 422


def test_a_list_asks_few_questions(admin, django_assert_max_num_queries):
    for number in range(30):
        User.objects.create_user(f"many{number}@quadrant.example", name=f"Many {number}")
    with django_assert_max_num_queries(25):
        admin.get(LIST)
