"""The pure choice of who is asked: alternatives, substitutes, and never an empty step that looks like a free pass."""

from hypothesis import given
from hypothesis import strategies as st

from srm.approvals.routing import Asking, Choice, House, Passed, Person

GRANTS = {"head": {"decide"}, "approver": {"decide"}, "clerk": set()}


def person(pk, *roles, alive=True, place="/a/"):
    rights = frozenset(right for role in roles for right in GRANTS[role])
    return Person(pk, f"mark{pk}", f"P{pk}", alive, rights, frozenset(roles), place)


def steps(table, people, barred=(), **house):
    choice = Choice(House({one.id: one for one in people}, **house), rights={"decide"}, barred=barred, grants=GRANTS)
    return choice.steps(table)


def shown(parts):
    return [(part.order, part.user or part.role) for part in parts]


ANNA, BORIS, HEAD, CLERK = (
    person(1, "approver"),
    person(2, "approver", place="/"),
    person(9, "head"),
    person(5, "clerk"),
)
ALL = [ANNA, BORIS, HEAD, CLERK]


def test_alternatives_share_a_group_only_with_the_same_step_and_conditions():
    one = {"who": "user", "one_is_enough": True}
    table = [Asking(user=1, **one), Asking(user=2, **one), Asking(user=2, order=2, **one)]
    assert [part.group for part in steps(table, ALL)] == [1, 1, 2]
    table[1] = Asking(user=2, conditions=("tools",), **one)
    assert [part.group for part in steps(table, ALL)] == [1, 2, 3]


def test_a_decision_that_is_due_anyway_settles_the_alternatives():
    table = [
        Asking("user", user=1, one_is_enough=True),
        Asking("user", user=2, one_is_enough=True),
        Asking("user", order=2, user=1),
    ]
    assert shown(steps(table, ALL)) == [(2, 1)]


def test_an_owner_who_may_not_is_stood_in_for_by_the_last_resort_not_left_out():
    both = [Asking("owner")]
    assert shown(steps(both, ALL, owners=(1, 2))) == [(1, 1), (1, 2)]
    assert shown(steps(both, ALL, barred={"mark2"}, owners=(1, 2))) == [(1, 1), (1, "head")]
    enough = [Asking("owner", one_is_enough=True)]
    found = steps(enough, ALL, barred={"mark2"}, owners=(1, 2))
    assert shown(found) == [(1, 1)]
    assert found[0].passed == (Passed("P2", "part"),)


def test_a_role_in_the_department_is_looked_for_upwards():
    table = [Asking("local", role="approver")]
    assert shown(steps(table, ALL, places=("/a/", "/"))) == [(1, 1)]
    found = steps(table, ALL, barred={"mark1"}, places=("/a/", "/"))
    assert (shown(found), found[0].passed) == ([(1, 2)], (Passed("P1", "part"),))
    found = steps(table, ALL, places=("/b/",))
    assert (shown(found), found[0].passed) == ([(1, "head")], (Passed("approver", "nobody"),))


def test_where_even_the_last_resort_had_a_part_the_step_is_empty_and_says_why():
    found = steps([Asking("user", user=5)], ALL, barred={"mark9"})
    assert found[0].empty
    assert found[0].passed == (Passed("P5", "right"), Passed("P9", "part"))
    assert steps([], [CLERK])[0].empty


asking = st.builds(
    Asking, who=st.sampled_from(["head", "manager", "owner", "local", "role", "user"]), order=st.integers(1, 3),
    user=st.integers(1, 4), role=st.sampled_from(sorted(GRANTS)), one_is_enough=st.booleans(),
    conditions=st.sampled_from([(), ("x",)]),
)  # fmt: skip
several = st.lists(st.integers(1, 4), unique=True, max_size=4).map(tuple)
people = st.tuples(
    *(
        st.builds(
            person,
            st.just(pk),
            st.sampled_from(sorted(GRANTS)),
            alive=st.booleans(),
            place=st.sampled_from(["/a/", "/"]),
        )
        for pk in range(1, 5)
    )
)


@given(table=st.lists(asking, max_size=6), folk=people, barred=st.sets(st.sampled_from([f"mark{n}" for n in range(1, 5)])), heads=several, owners=several)  # fmt: skip
def test_whatever_the_rules_nobody_barred_is_asked_and_every_step_can_be_decided_or_says_it_cannot(
    table, folk, barred, heads, owners
):
    known = {one.id: one for one in folk}
    for part in steps(table, folk, barred, heads=heads, managers=heads, owners=owners, places=("/a/", "/")):
        able = [
            one for one in folk
            if one.alive and one.mark not in barred and "decide" in one.rights
            and (one.id == part.user if part.user else part.role in one.roles)
        ]  # fmt: skip
        assert bool(able) != part.empty
        assert part.user is None or known[part.user].mark not in barred
    assert steps(table, folk, barred, heads=heads, managers=heads, owners=owners), "never no step at all"
