"""External references: one to one, and never a way around somebody's rights."""

from __future__ import annotations

import pytest

from srm.audit.models import AuditEvent
from srm.audit.services import NoUnitOfWork
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, RuleBroken
from srm.flow.uow import unit_of_work
from srm.integrations import services
from srm.integrations.models import ExternalRef, WebhookEndpoint
from srm.people.models import LegalEntity
from tests.integrations.conftest import person


@pytest.fixture
def firm(db: None) -> LegalEntity:
    return LegalEntity.objects.create(code="F1", name_en="First")


def linked(thing, actor: Actor, external_id: str = "77", system: str = "crm") -> ExternalRef:
    with unit_of_work():
        return services.link(thing, system=system, external_id=external_id, actor=actor)


def test_a_record_is_found_by_the_id_it_has_elsewhere(firm: LegalEntity, keeper: Actor) -> None:
    linked(firm, keeper, " 77 ")
    assert services.find(LegalEntity, system="crm", external_id="77", actor=keeper) == firm
    assert services.find(LegalEntity, system="crm", external_id="78", actor=keeper) is None
    assert services.find(LegalEntity, system="other", external_id="77", actor=keeper) is None
    assert services.external_ids(firm) == {"crm": "77"}


def test_linking_twice_alike_is_one_link_and_otherwise_is_refused(firm: LegalEntity, keeper: Actor) -> None:
    first = linked(firm, keeper)
    assert linked(firm, keeper) == first
    other = LegalEntity.objects.create(code="F2", name_en="Second")
    for thing, external_id in ((firm, "78"), (other, "77")):
        with pytest.raises(RuleBroken):
            linked(thing, keeper, external_id)
    linked(firm, keeper, "78", system="accounting")
    assert services.external_ids(firm) == {"crm": "77", "accounting": "78"}
    assert ExternalRef.objects.unscoped("test").count() == 2


@pytest.mark.parametrize(("system", "external_id"), [("", "1"), ("crm", ""), ("CRM here", "1"), ("crm", "x" * 201)])
def test_what_names_nothing_is_refused(firm: LegalEntity, keeper: Actor, system: str, external_id: str) -> None:
    with pytest.raises(InvalidInput):
        linked(firm, keeper, external_id, system)
    assert not ExternalRef.objects.unscoped("test").exists()


def test_links_are_in_the_log_and_need_a_unit_of_work(firm: LegalEntity, keeper: Actor) -> None:
    with pytest.raises(NoUnitOfWork):
        services.link(firm, system="crm", external_id="77", actor=keeper)
    ref = linked(firm, keeper)
    with unit_of_work():
        services.unlink(ref, actor=keeper)
    verbs = list(AuditEvent.objects.order_by("sequence").values_list("verb", "subject_kind"))
    assert verbs == [("created", "srm.externalref"), ("linked", "srm.legalentity"), ("removed", "srm.externalref")]
    assert services.external_ids(firm) == {}


def test_an_id_elsewhere_opens_nothing_that_the_actor_may_not_see(keeper: Actor) -> None:
    with unit_of_work():
        hook = services.create_webhook(actor=keeper, name="x", url="https://example.com/")
    linked(hook, keeper)
    stranger = person("s@example.com", "supplier_admin", kind="supplier")
    assert services.find(WebhookEndpoint, system="crm", external_id="77", actor=keeper) == hook
    assert services.find(WebhookEndpoint, system="crm", external_id="77", actor=stranger) is None
    assert not ExternalRef.objects.visible_to(stranger).exists()
