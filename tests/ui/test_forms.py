"""Forms: what people type is taken as they write it, and every refusal stands where it belongs."""

from decimal import Decimal

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings
from django.utils import translation

from srm.core.actor import SYSTEM
from srm.people.models import CostCenter, Department
from srm.ui import forms
from tests.ui import demo

ORDER = "/demo/order/"


@pytest.fixture(autouse=True)
def pages():
    with override_settings(ROOT_URLCONF="tests.ui.demo"):
        demo.RECEIVED.clear()
        yield


@pytest.fixture
def admin(client_of):
    return client_of("administrator")


@pytest.fixture
def department(firm):
    return firm.users.buyer.department


@pytest.fixture
def centers(department):
    made = []
    for code in ("4110", "4120", "4129"):
        one = CostCenter(code=code, name_en=f"Line {code[-1]}", department=department)
        one.refresh_search()
        one.save()
        made.append(one)
    return made


def order(department, *rows, **values):
    """What the browser sends."""
    sent = {"title": "Gloves", "department": department.public_id, "currency": "EUR", **values}
    sent |= {"lines-TOTAL_FORMS": str(len(rows)), "lines-INITIAL_FORMS": "0"}
    for number, row in enumerate(rows):
        sent |= {f"lines-{number}-{name}": value for name, value in row.items()}
    return sent


def line_errors(answer):
    return [dict(form.errors) for form in answer.context["formset"].forms]


def test_an_order_with_lines_reaches_the_service_as_objects_and_numbers(admin, department, centers):
    rows = [
        {"center": centers[0].public_id, "quantity": "1 200,5", "price": "0,052"},
        {"center": centers[1].public_id, "quantity": "60"},
    ]
    answer = admin.post(ORDER, order(department, *rows, need_by="12.05.2027"))
    assert answer.url == "/demo/placed/"
    got = demo.RECEIVED[0]
    assert (got["title"], got["department"], str(got["need_by"])) == ("Gloves", department, "2027-05-12")
    assert got["lines"] == [
        {"center": centers[0], "quantity": Decimal("1200.5"), "price": Decimal("0.052"), "need_by": None, "id": None},
        {"center": centers[1], "quantity": Decimal(60), "price": None, "need_by": None, "id": None},
    ]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("0,5", "0.5"),
        ("0.5", "0.5"),
        ("1 234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1\u00a0234", "1234"),
    ],
)
def test_comma_and_point_are_both_taken(typed, meant):
    for language in ("en", "ru", "bg"):
        with translation.override(language):
            assert forms.QuantityField().clean(typed) == Decimal(meant)


@pytest.mark.parametrize("typed", ["", "0", "-1", "abc", "NaN", "1e400", "0.00001", "99999999999999"])
def test_an_impossible_quantity_is_refused_at_the_field(typed):
    with pytest.raises(forms.ValidationError):
        forms.QuantityField().clean(typed)


def test_a_number_goes_back_into_the_form_as_the_language_writes_it():
    with translation.override("ru"):
        assert forms.PriceField().prepare_value(Decimal("1234.500000")) == "1234,5"
    assert forms.PriceField().prepare_value(Decimal("1200")) == "1200"


def test_pasted_texts_are_understood_when_they_can_mean_one_thing_only(admin, department, centers):
    admin.post(ORDER, order(department, {"center": "~4110", "quantity": "1"}, {"center": "~Line 9", "quantity": "1"}))
    assert [line["center"] for line in demo.RECEIVED[0]["lines"]] == [centers[0], centers[2]]


def test_pasted_faults_stand_on_their_rows(admin, department, centers):
    rows = [
        {"center": "~4110", "quantity": "5"}, {"center": "~Line", "quantity": "5"}, {"center": "~nothing", "quantity": "x"},
    ]  # fmt: skip
    answer = admin.post(ORDER, order(department, *rows))
    assert answer.status_code == 422
    assert not demo.RECEIVED
    assert line_errors(answer) == [
        {},
        {"center": ["“Line” fits several. Pick one."]},
        {
            "center": ["“nothing” was not found. Pick from the list."],
            "quantity": ["“x” is not a number. Write it like 12.5."],
        },
    ]


def test_what_the_service_says_of_a_line_stands_on_that_line_even_behind_removed_and_empty_rows(
    admin, department, centers
):
    good = {"center": centers[0].public_id, "quantity": "1"}
    rows = [{**good, "DELETE": "on"}, good, {"center": "", "quantity": ""}, {**good, "quantity": "50000"}]
    answer = admin.post(ORDER, order(department, *rows))
    assert answer.status_code == 422
    assert line_errors(answer) == [{}, {}, {}, {"quantity": ["More than the store holds."]}]


def test_removed_rows_do_not_reach_the_service(admin, department, centers):
    good = {"center": centers[0].public_id, "quantity": "1"}
    admin.post(
        ORDER, order(department, {**good, "DELETE": "on"}, {"center": "broken", "quantity": "x", "DELETE": "on"}, good)
    )
    assert len(demo.RECEIVED[0]["lines"]) == 1


def test_an_order_needs_a_line(admin, department):
    answer = admin.post(ORDER, order(department))
    assert answer.context["formset"].non_form_errors() == ["Add at least one line."]


def test_a_broken_rule_is_told_with_all_its_reasons_and_nothing_typed_is_lost(admin, department, centers):
    row = {"center": centers[0].public_id, "quantity": "1"}
    answer = admin.post(ORDER, order(department, row, title="closed", note="kept"))
    assert answer.status_code == 409
    assert answer.context["reasons"] == ["The period is closed.", "The budget is spent."]
    text = answer.content.decode()
    assert "kept" in text
    assert centers[0].public_id in text


def test_a_fault_without_a_field_stands_on_top(admin, department, centers):
    row = {"center": centers[0].public_id, "quantity": "1"}
    form = admin.post(ORDER, order(department, row, title="odd")).context["form"]
    assert form.errors == {"title": ["An odd title."], "__all__": ["Something else is odd."]}


def test_a_picker_takes_only_what_it_would_have_offered(admin, department, centers):
    answer = admin.post(ORDER, order(department, {"center": "A" * 22, "quantity": "1"}))
    assert line_errors(answer) == [{"center": ["“AAAAAAAAAAAAAAAAAAAAAA” was not found. Pick from the list."]}]


def test_a_form_that_would_list_foreign_rows_cannot_be_used(firm):
    from suppliers.registry.models import Contact

    careless = type(
        "Careless", (forms.ModelForm,), {"Meta": type("Meta", (), {"model": Contact, "fields": ["supplier"]})}
    )
    with pytest.raises(ImproperlyConfigured, match="use a PickerField"):
        careless(actor=SYSTEM)


def test_a_model_form_changes_nothing_and_cannot_save(department):
    form_class = type("F", (forms.ModelForm,), {"Meta": type("Meta", (), {"model": Department, "fields": ["code"]})})
    form = form_class({"code": "other"}, instance=department, actor=SYSTEM)
    assert form.is_valid()
    assert department.code == "purchasing"
    with pytest.raises(TypeError):
        form.save()


def edit(client, department, **changes):
    sent = {
        "code": department.code, "legal_entity": department.legal_entity.public_id, "name_en": department.name_en,
        "is_active": "on", "version": str(department.version), **changes,
    }  # fmt: skip
    return client.post(f"/org/departments/{department.public_id}/edit/", sent)


def test_saving_over_somebody_shows_both_versions_and_then_the_knowing_save_wins(admin, client_of, department):
    assert edit(admin, department, name_en="Theirs").status_code == 302
    answer = edit(admin, department, name_en="Mine")
    assert answer.status_code == 409
    shown = [(it.label, it.theirs, it.yours) for it in answer.context["differences"]]
    assert shown == [("Name, English", "Theirs", "Mine")]
    department.refresh_from_db()
    assert department.name_en == "Theirs"
    again = edit(admin, department, name_en="Mine", version=str(answer.context["version"]))
    assert again.status_code == 302
    department.refresh_from_db()
    assert department.name_en == "Mine"


def test_an_edit_form_shows_the_objects_that_are_chosen(admin, department):
    text = admin.get(f"/org/departments/{department.public_id}/edit/").content.decode()
    assert f'<option value="{department.legal_entity.public_id}" selected>' in text


def test_a_form_without_the_version_it_was_opened_with_cannot_overwrite(admin, department):
    assert edit(admin, department, name_en="Blind", version="").status_code == 409
    department.refresh_from_db()
    assert department.name_en == "Purchasing"


def test_a_form_with_a_fault_keeps_the_version_the_user_saw(admin, department):
    edit(admin, department, name_en="Theirs")
    answer = edit(admin, department, code="")
    assert answer.status_code == 422
    assert answer.context["version"] == 1


def test_the_browser_keeps_drafts_per_user_and_address(admin, firm):
    assert admin.get(ORDER).context["draft_key"] == f"{firm.users.administrator.pk}:{ORDER}"


def test_a_look_up_answers_those_who_may_ask(admin, client_of, client, centers):
    found = admin.get("/lookup/cost-centers/?q=412").json()["options"]
    assert [option["text"] for option in found] == ["4120 Line 0", "4129 Line 9"]
    assert client.get("/lookup/cost-centers/").status_code == 403
    assert admin.get("/lookup/salaries/").status_code == 404


def test_a_look_up_is_closed_to_roles_that_do_not_need_it(client_of, firm):
    assert client_of("alfa_admin").get("/lookup/users/?q=a").status_code == 404


def test_a_look_up_finds_again_only_what_this_actor_may_see(firm):
    from srm.ui import lookups
    from suppliers.registry.models import Supplier

    found = lookups.Lookup("mine", Supplier, ("portal.view",), lambda actor, text: (), "public_id", None)
    alfa = firm.actor("alfa_admin")
    own, other = Supplier.rows.get(pk=alfa.supplier_id), Supplier.rows.exclude(pk=alfa.supplier_id).first()
    assert found.resolve(alfa, own.public_id) == own
    assert found.resolve(alfa, other.public_id) is None
    assert (
        found.resolve(firm.actor("buyer"), own.public_id) is None
    )  # sees the row, but the look-up is not for this role


def test_a_look_up_reads_pasted_texts_in_one_go(admin, centers):
    answer = admin.post(
        "/lookup/cost-centers/", {"texts": ["4110", "Line", "nope", "4110"]}, content_type="application/json"
    )
    found = answer.json()["options"]
    assert found["4110"]["value"] == centers[0].public_id
    assert found["Line"] is None
    assert found["nope"] is None


def test_a_look_up_refuses_what_is_no_list(admin, centers):
    assert admin.post("/lookup/cost-centers/", "[1", content_type="application/json").status_code == 422


def test_figures_stand_beside_every_chart():
    for chart in demo.samples():
        assert len(chart.table()) == len(chart.rows)
        assert chart.as_json()["rows"]
