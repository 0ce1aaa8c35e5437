"""Policies of categories: versions, inheritance, the matrix as a beginning, sheets, rights."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srm.audit.models import AuditEvent
from srm.catalog import services as catalog
from srm.catalog.models import Category
from srm.catalog.policy import selectors, services
from srm.catalog.policy.exchange import PolicySheet
from srm.catalog.policy.models import CategoryPolicy, PolicyOverride
from srm.catalog.policy.procedures import _procedures, procedure
from srm.catalog.policy.proposals import proposed
from srm.catalog.policy.rules import RULES, Breach, Passed, breaches, inherited, not_passed, weights_fit
from srm.core import clock
from srm.core.actor import SYSTEM
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken, Stale
from srm.exchange.importer import kind_named
from tests.races import at_once, meeting_place, without_transaction
from tests.rest.helpers import api

D = Decimal
MOST_QUERIES = 25


def every():
    return CategoryPolicy.objects.unscoped("test").order_by("pk")


def write(firm, work, category=None, actor="head", **rules):
    with work():
        return services.write_policy(actor=firm.actor(actor), category=category or firm.fasteners, **rules)


@pytest.fixture
def bolts(firm, work):
    """A category below Fasteners."""
    with work():
        return catalog.create_category(actor=SYSTEM, code="BOLT", parent=firm.fasteners, name_en="Bolts")


@pytest.fixture
def sealed():
    """A second procedure, as the rooms above may make known."""
    procedure("open", "Open tender")
    yield "open"
    _procedures.pop("open")


def test_a_rule_left_open_comes_from_the_category_above(firm, work, bolts):
    write(firm, work, min_bidders=3, cover_days=30, dual_source=True)
    write(firm, work, bolts, cover_days=60, dual_source=False)
    found = selectors.effective(bolts)
    assert (found.min_bidders, found.cover_days, found.value("dual_source")) == (3, 60, False)
    assert (found.said["min_bidders"].path, found.said["cover_days"].path) == ("/FAST/", "/FAST/BOLT/")
    assert not selectors.effective(firm.tools)
    assert selectors.effective_of([bolts, firm.tools])[bolts.pk] == found


def test_a_new_version_takes_over_on_its_day_and_the_old_one_stays_readable(firm, work, client_of):
    first = write(firm, work, min_bidders=2)
    later = clock.today() + dt.timedelta(days=40)
    second = write(firm, work, min_bidders=5, valid_from=later, reason="Prices rose")
    assert (first.edition, second.edition) == (1, 2)
    assert selectors.effective(firm.fasteners).min_bidders == 2
    assert selectors.effective(firm.fasteners, later).min_bidders == 5
    page = client_of("buyer").get(f"/catalog/policies/{first.public_id}/").content.decode()
    assert "Prices rose" in page
    with clock.set_to(clock.now() + dt.timedelta(days=41)):
        assert "A later version took its place." in client_of("buyer").get(first_url(first)).content.decode()
    verbs = AuditEvent.objects.filter(subject_kind="srm.categorypolicy").values_list("verb", flat=True)
    assert list(verbs) == ["created", "created"]


def first_url(policy):
    return f"/catalog/policies/{policy.public_id}/"


@pytest.mark.parametrize(
    ("rules", "where"),
    [
        ({"price_weight": D(60), "quality_weight": D(30)}, "quality_weight"),
        ({"price_weight": D(100)}, "quality_weight"),
        ({"min_bidders": 0}, "min_bidders"),
        ({"procedure": "guess"}, "procedure"),
        ({"valid_from": dt.date(2000, 1, 1)}, "valid_from"),
        ({"colour": "red"}, "colour"),
        ({"review_months": 100}, "review_months"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(firm, work, rules, where):
    with pytest.raises(InvalidInput) as fault:
        write(firm, work, **rules)
    assert where in fault.value.errors
    assert not every().exists()


def test_only_the_head_writes_and_not_twice_the_same(firm, work):
    with pytest.raises(NotAllowed):
        write(firm, work, actor="buyer", min_bidders=2)
    write(firm, work, min_bidders=2)
    with pytest.raises(RuleBroken, match="already"):
        write(firm, work, min_bidders=2)
    with pytest.raises(Stale):
        write(firm, work, min_bidders=3, seen=0)
    assert [row.min_bidders for row in every()] == [2]


def test_the_review_falls_on_a_day_that_exists(firm, work):
    with clock.set_to(dt.datetime(2027, 8, 31, 9, tzinfo=dt.UTC)):
        assert write(firm, work, review_months=6).review_on == dt.date(2028, 2, 29)


# ------------------------------------------------------------------------------------------------- pure rules

PATHS = st.sampled_from(["/A/", "/A/B/", "/A/B/C/", "/A/BC/", "/D/"])
VALUES = st.fixed_dictionaries({}, optional={"min_bidders": st.integers(1, 9), "cover_days": st.integers(1, 90)})


@given(PATHS, st.dictionaries(PATHS, VALUES))
def test_the_nearest_category_on_the_way_up_says_each_rule(path, policies):
    found = inherited(path, [(at, key, policies[at]) for key, at in enumerate(policies)])
    for rule in RULES:
        speaking = [at for at, values in policies.items() if path.startswith(at) and values.get(rule) is not None]
        if speaking:
            nearest = max(speaking, key=len)
            assert (found.said[rule].value, found.said[rule].path) == (policies[nearest][rule], nearest)
        else:
            assert rule not in found.said


@given(st.integers(1, 9), st.integers(0, 9), st.integers(0, 9))
def test_an_override_covers_what_it_was_written_for_and_what_is_nearer_to_the_rule(least, then, now):
    effective = inherited("/A/", [("/A/", 1, {"min_bidders": least})])
    found = breaches(effective, procedure="rfq", bidders=now)
    assert bool(found) == (now < least)
    left = not_passed(found, [Passed("min_bidders", str(least), str(then))])
    assert bool(left) == (now < least and now < then)


def test_an_override_of_one_rule_covers_no_other():
    breach = Breach("procedure", "open", "rfq", 1, "/A/")
    assert Passed("procedure", "open", "rfq").covers(breach)
    assert not Passed("procedure", "open", "direct").covers(breach)
    assert not Passed("min_bidders", "3", "1").covers(breach)


@given(st.decimals(0, 100, places=2), st.none() | st.decimals(0, 100, places=2))
def test_weights_make_a_hundred_or_are_both_open(price, quality):
    assert weights_fit(price, quality) == (quality is not None and price + quality == 100)
    assert weights_fit(None, quality) == (quality is None)


@given(st.sampled_from(Category.Segment.values), st.sets(st.sampled_from(["rfq", "open", "direct", "call_off"])))
def test_every_segment_begins_with_rules_that_can_be(segment, known):
    rules = proposed(segment, known)
    assert weights_fit(rules["price_weight"], rules["quality_weight"])
    assert rules["procedure"] in {"", *known}
    assert proposed("", known) == {}


# ------------------------------------------------------------------------------------- the matrix, pages, sheets


def test_categories_on_the_matrix_get_a_first_policy_once(firm, work, client_of, sealed):
    with work():
        catalog.set_segment(firm.fasteners, segment="leverage", actor=SYSTEM)
        catalog.set_segment(firm.tools, segment="bottleneck", actor=SYSTEM)
    write(firm, work, firm.tools, min_bidders=7)
    head = client_of("head")
    assert client_of("buyer").post("/catalog/policies/propose/").status_code == 403
    assert every().count() == 1
    assert head.post("/catalog/policies/propose/").status_code == 302
    made = every().get(category=firm.fasteners)
    assert (made.procedure, made.min_bidders, made.segment, made.edition) == ("open", 3, "leverage", 1)
    again = head.post("/catalog/policies/propose/")
    assert again.status_code == 409
    assert every().count() == 2


def test_the_head_writes_on_the_categorys_page(firm, work, client_of, bolts, django_assert_max_num_queries):
    write(firm, work, min_bidders=4)
    head, page = client_of("head"), f"/catalog/categories/{bolts.public_id}/policy/"
    with django_assert_max_num_queries(MOST_QUERIES):
        text = head.get(page).content.decode()
    assert "Suppliers to ask, at least: 4 (FAST)" in text
    form = {"seen": "0", "valid_from": clock.today().isoformat(), "cover_days": "45", "dual_source": "yes",
            "price_weight": "70", "quality_weight": "30"}  # fmt: skip
    assert head.post(page, form).status_code == 302
    assert head.post(page, form).status_code == 409, "somebody wrote since the form was opened"
    row = every().get(category=bolts)
    assert (row.cover_days, row.dual_source, row.min_bidders) == (45, True, None)
    buyer = client_of("buyer")
    with django_assert_max_num_queries(MOST_QUERIES):
        text = buyer.get(f"/catalog/categories/{bolts.public_id}/").content.decode()
    assert "from FAST" in text
    with django_assert_max_num_queries(MOST_QUERIES):
        assert "Bolts" in buyer.get("/catalog/policies/?now=on").content.decode()
    with django_assert_max_num_queries(MOST_QUERIES):
        assert "45" in buyer.get(first_url(row)).content.decode()
    for persona in ("buyer", "requester"):
        assert client_of(persona).get(page).status_code == 403
    for address in (page, "/catalog/policies/", "/catalog/overrides/", first_url(row)):
        assert client_of("alfa_admin").get(address).status_code == 404
    assert (
        "How it is bought" not in client_of("requester").get(f"/catalog/categories/{bolts.public_id}/").content.decode()
    )


def test_a_program_writes_the_next_version_and_reads_what_holds(firm, work, bolts):
    head, buyer = api(firm.users.head), api(firm.users.buyer)
    body = {"category": firm.fasteners.public_id, "min_bidders": 3, "procedure": "rfq", "seen": 0}
    made = head.post("/api/v1/category-policies/", body)
    assert made.status_code == 201, made.text
    assert made.json()["edition"] == 1
    assert head.post("/api/v1/category-policies/", {**body, "min_bidders": 4}).status_code == 409
    assert buyer.post("/api/v1/category-policies/", body).status_code == 403
    found = buyer.get(f"/api/v1/categories/{bolts.public_id}/policy/").json()
    assert found == [
        {"rule": "procedure", "value": "rfq", "path": "/FAST/"}, {"rule": "min_bidders", "value": "3", "path": "/FAST/"},
    ]  # fmt: skip
    assert len(buyer.get("/api/v1/category-policies/", {"now": "true"}).json()["results"]) == 1
    assert api(firm.users.alfa_admin).get("/api/v1/category-policies/").status_code == 404
    assert api(firm.users.requester).get("/api/v1/policy-overrides/").status_code == 403


def test_policies_are_read_back_as_they_were_written(firm, work, tmp_path):
    write(firm, work, procedure="rfq", min_bidders=3, price_weight=D(60), quality_weight=D(40), dual_source=False)
    write(firm, work, firm.tools, cover_days=10, dual_source=True, approval_note="Both directors")
    path = tmp_path / "policies.xlsx"
    with path.open("wb") as stream:
        PolicySheet.export_xlsx(every(), firm.actor("head"), stream)
    before = [row.rules for row in every()]

    def read_back():
        with work():
            parsed = PolicySheet.read(path, actor=firm.actor("head"))
            kind_named("policies").apply_rows(parsed, run=None, actor=firm.actor("head"))
        assert not any(row.faults for row in parsed)

    read_back()
    assert every().count() == 2, "what is said already is no new version"
    every().delete()
    read_back()
    assert [row.rules for row in every()] == before


# ------------------------------------------------------------------------------------------------------- overrides


def test_an_override_needs_a_right_a_reason_and_a_breach(firm, work):
    policy = write(firm, work, min_bidders=3)
    breach = Breach("min_bidders", "3", "1", policy.pk, "/FAST/")
    for actor, reason, found, fault in (
        ("requester", "Only one makes it", [breach], NotAllowed), ("buyer", " ", [breach], InvalidInput),
        ("buyer", "Only one makes it", [], RuleBroken),
    ):  # fmt: skip
        with pytest.raises(fault), work():
            services.override(actor=firm.actor(actor), document=firm.bolt, breaches=found, reason=reason)
    assert not PolicyOverride.objects.unscoped("test").exists()
    with work():
        services.override(actor=firm.actor("buyer"), document=firm.bolt, breaches=[breach], reason="Only one makes it")
    counted = selectors.with_counts(every()).get()
    assert counted.override_count == 1


@pytest.mark.parametrize("locked", [True, False], ids=["locked", "control"])
def test_two_heads_at_once_write_two_versions(committed_firm, monkeypatch, locked):
    """The category's row makes one wait for the other; without the lock both would write version 1."""
    firm = committed_firm
    actor = firm.actor("head")
    monkeypatch.setattr(services, "newest", meeting_place(services.newest))
    if not locked:
        monkeypatch.setattr(services.records, "locked_row", lambda row, **_more: row)
    edge = {} if locked else {"edge": without_transaction}
    answers = at_once(
        *(
            lambda least=least: services.write_policy(actor=actor, category=firm.fasteners, min_bidders=least)
            for least in (2, 3)
        ),
        **edge,
    )
    editions = sorted(row.edition for row in every())
    if locked:
        assert editions == [1, 2], answers
    else:
        assert any(isinstance(one, Exception) for one in answers), "both found no version and wrote the first"
