"""The firm's tree: moving a department moves everything below it."""

import pytest

from srm.audit.models import AuditEvent
from srm.core.errors import InvalidInput, Stale
from srm.org import services
from srm.people.models import Department


@pytest.fixture
def tree(firm, work):
    admin = firm.actor("administrator")
    with work():
        top = services.create_department(actor=admin, code="top", name_en="Top", legal_entity=firm.entity)
        mid = services.create_department(actor=admin, code="mid", name_en="Mid", legal_entity=firm.entity, parent=top)
        low = services.create_department(actor=admin, code="low", name_en="Low", legal_entity=firm.entity, parent=mid)
        side = services.create_department(actor=admin, code="side", name_en="Side", legal_entity=firm.entity)
    return admin, top, mid, low, side


def paths():
    return dict(Department.objects.filter(code__in=["top", "mid", "low", "side", "middle"]).values_list("code", "path"))


def test_a_path_lists_the_codes_from_the_root(tree):
    assert paths() == {"top": "/top/", "mid": "/top/mid/", "low": "/top/mid/low/", "side": "/side/"}


def test_a_department_moves_with_all_below_it(tree, work):
    admin, _top, mid, _low, side = tree
    with work():
        services.update_department(mid, actor=admin, version=mid.version, parent=side, code="middle")
    assert paths() == {"top": "/top/", "middle": "/side/middle/", "low": "/side/middle/low/", "side": "/side/"}


def test_a_department_cannot_hang_below_itself(tree, work):
    admin, top, _mid, low, _side = tree
    before = paths()
    for parent in (top, low):
        with pytest.raises(InvalidInput) as refused, work():
            services.update_department(top, actor=admin, parent=parent)
        assert "parent" in refused.value.errors
    assert paths() == before


def test_a_stale_change_changes_nothing(tree, work):
    admin, top, _mid, _low, _side = tree
    with pytest.raises(Stale), work():
        services.update_department(top, actor=admin, version=99, name_en="Late")
    assert Department.objects.get(pk=top.pk).name_en == "Top"


def test_one_name_is_enough_but_none_is_not(firm, work):
    admin = firm.actor("administrator")
    with pytest.raises(InvalidInput) as refused, work():
        services.create_place(actor=admin, code="X", legal_entity=firm.entity, name_en="", name_ru="", name_bg="")
    assert "name_en" in refused.value.errors
    with work():
        place = services.create_place(
            actor=admin, code="X", legal_entity=firm.entity, name_en="", name_ru="", name_bg="Склад"
        )
    assert place.name == "Склад"


def test_every_change_is_in_the_log(tree, work):
    admin, top, *_rest = tree
    with work():
        services.update_department(top, actor=admin, version=top.version, name_ru="Верх")
    event = AuditEvent.objects.filter(subject_id=top.public_id).order_by("sequence").last()
    assert (event.verb, event.changes) == ("changed", {"name_ru": ["", "Верх"]})


@pytest.mark.parametrize("path", ["departments", "cost-centers", "places", "legal-entities", "users", "roles"])
def test_every_list_opens_for_those_who_may_look(client_of, path):
    assert client_of("auditor").get(f"/org/{path}/").status_code == 200
    assert client_of("requester").get(f"/org/{path}/").status_code == 403


@pytest.mark.parametrize("path", ["departments", "cost-centers", "places", "legal-entities", "users"])
def test_every_form_opens_for_those_who_may_change(client_of, path):
    assert client_of("administrator").get(f"/org/{path}/new/").status_code == 200
