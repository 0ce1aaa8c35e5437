"""Who is asked: tiers by amount, the tree of departments, and nobody about himself."""

import pytest

from srm.approvals import services
from srm.approvals.models import ApprovalRule
from srm.core.errors import InvalidInput
from srm.people.models import Department, User
from tests.approvals.conftest import REQUESTS, asked

pytestmark = pytest.mark.django_db


def test_a_new_installation_asks_the_department_head(firm):
    assert [(rule.who, rule.min_amount) for rule in ApprovalRule.objects.filter(kind=REQUESTS)] == [("head", 0)]
    assert asked(firm) == ["approver"]
    services.ensure_default_rule()
    assert ApprovalRule.objects.count() == 1


def test_without_rules_the_head_of_procurement_decides(firm, no_rules):
    assert asked(firm) == ["role head"]


def test_tiers_add_up_with_the_amount(firm, rule):
    rule(order=2, min_amount=1000, who="owner")
    rule(order=3, min_amount=5000, who="role", role="head")
    assert asked(firm, "999.99") == ["approver"]
    assert asked(firm, "1000") == ["approver", "budget_owner"]
    assert asked(firm, "5000") == ["approver", "budget_owner", "role head"]


def test_a_rule_holds_for_its_department_and_category_with_all_below(firm, rule, no_rules):
    rule(who="head", department=firm.service)
    rule(order=2, who="role", role="head", category=firm.tools)
    assert asked(firm) == ["role head"], "nothing fits: the last resort"
    below = Department.objects.create(
        code="hall", path="/service/hall/", name_en="Hall", legal_entity=firm.entity, parent=firm.service
    )
    assert asked(firm, department=below) == ["approver"]
    assert asked(firm, department=below, categories=[firm.fasteners, firm.tools]) == ["approver", "role head"]


def test_a_rule_that_is_switched_off_does_not_count(firm, rule):
    rule(order=2, who="role", role="head", is_active=False)
    assert asked(firm) == ["approver"]


def test_the_head_walks_up_past_those_who_may_not_decide(firm, rule):
    child = Department.objects.create(
        code="line1", path="/assembly/line1/", name_en="Line 1", legal_entity=firm.entity, parent=firm.assembly,
        head=firm.users.requester2,
    )  # fmt: skip
    assert asked(firm, department=child) == ["approver"], "a head without the right is passed over"
    assert asked(firm, department=child, barred=[firm.users.approver.person_id]) == ["role head"]
    firm.users.approver.is_active = False
    firm.users.approver.save()
    assert asked(firm) == ["role head"]


def test_a_second_account_of_the_requester_is_barred_like_himself(firm):
    User.objects.filter(pk=firm.users.approver.pk).update(person=firm.users.requester.public_id)
    firm.assembly.refresh_from_db()
    assert asked(firm, barred=[firm.users.requester.person_id]) == ["role head"]


def test_a_person_who_may_not_decide_is_replaced_by_the_last_resort(firm, rule, no_rules):
    rule(who="user", user=firm.users.storekeeper)
    assert asked(firm) == ["role head"]


def test_nobody_is_asked_twice(firm, rule):
    rule(order=2, who="user", user=firm.users.approver)
    assert asked(firm) == ["approver"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"who": "user"}, "user"), ({"who": "role"}, "role"), ({"who": "role", "role": "storekeeper"}, "role"),
        ({"who": "head", "kind": "srm.item"}, "kind"),
    ],
)  # fmt: skip
def test_a_rule_must_name_somebody_who_may_decide(firm, work, values, field):
    with pytest.raises(InvalidInput) as refused, work():
        services.create_rule(actor=firm.actor("head"), **{"kind": REQUESTS, **values})
    assert field in refused.value.errors


def test_a_person_without_the_right_cannot_be_put_into_a_rule(firm, work):
    with pytest.raises(InvalidInput, match="role is missing"), work():
        services.create_rule(actor=firm.actor("head"), kind=REQUESTS, who="user", user=firm.users.storekeeper)


def test_what_does_not_belong_to_the_kind_of_decider_is_emptied(firm, work):
    with work():
        made = services.create_rule(
            actor=firm.actor("head"), kind=REQUESTS, who="head", user=firm.users.head, role="head"
        )
    assert (made.user, made.role) == (None, "")
    with work():
        changed = services.update_rule(made, actor=firm.actor("head"), version=1, who="role", role="head")
    assert (changed.role, changed.version) == ("head", 2)


def test_conditions_of_a_rule(firm, rule, no_rules):
    firm.tools.segment = "strategic"
    firm.tools.save()
    rule(who="head")
    rule(order=2, who="owner", min_amount=100, max_amount=1000)
    rule(order=3, who="role", role="head", cost_center=firm.cc_service)
    rule(order=4, who="user", user=firm.users.head, segment="strategic")
    assert asked(firm, "99") == ["approver"]
    assert asked(firm, "100") == ["approver", "budget_owner"]
    assert asked(firm, "1000") == ["approver"], "the band ends below its upper amount"
    assert asked(firm, "1", cost_centers=[firm.cc_assembly, firm.cc_service]) == ["approver", "role head"]
    assert asked(firm, "1", categories=[firm.fasteners, firm.tools]) == ["approver", "head"]


def test_the_requesters_own_head_may_differ_from_the_documents(firm, rule, no_rules):
    rule(who="manager")
    firm.users.requester2.department = firm.purchasing
    assert asked(firm, requester=firm.users.requester2) == ["head"]
    assert asked(firm, requester=firm.users.requester) == ["approver"]
    assert asked(firm) == ["role head"]


@pytest.mark.parametrize("many", [2, 200])
def test_who_decides_costs_the_same_with_many_rules(firm, rule, many, django_assert_max_num_queries):
    for step in range(many):
        who = ("head", "owner", "role", "user", "local", "manager")[step % 6]
        rule(order=step + 2, who=who, role="head", user=firm.users.head)
    with django_assert_max_num_queries(7):
        asked(firm, requester=firm.users.requester)


def test_nobody_left_to_decide_is_an_error_that_names_those_passed_over(firm, work, rule, no_rules):
    from srm.core.errors import RuleBroken
    from tests.requests.conftest import sent

    rule(who="user", user=firm.users.head)
    firm.users.head.is_active = False
    firm.users.head.save()
    with pytest.raises(RuleBroken, match=r"Nobody may decide step 1.*account of Elena Stoyanova is closed"):
        sent(firm)


def test_a_band_that_is_empty_is_refused(firm, work):
    with pytest.raises(InvalidInput) as refused, work():
        services.create_rule(actor=firm.actor("head"), kind=REQUESTS, who="head", min_amount=5, max_amount=5)
    assert "max_amount" in refused.value.errors
