"""Walking through the demo company: every page answers with few questions, and no link leads nowhere."""

import pytest

from srm.home.demo import accounts
from tests.demo.walk import Walker, addresses, crawl, pages

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
MOST_QUERIES = 25
MOST_PAGES = 120
ROLES = list(dict.fromkeys(role for role, _email, _language in accounts.log_ins()))
CRAWLERS = ["requester", "approver", "buyer", "storekeeper", "accountant", "administrator", "auditor", "supplier_admin"]


@pytest.fixture(scope="module")
def people(company):
    """One person of each role, logged in."""
    found = {}
    for role, email, _language in accounts.log_ins():
        found.setdefault(role, Walker.of(role, email))
    return found


def opened(name, roles, people):
    """The page as somebody who may open it sees it, for two of its objects; other people until one gets it."""
    for role in (role for role in ROLES if role in roles):
        good = 0
        for address in addresses(name, people[role].user):
            visit = people[role].open(address)
            yield visit
            good += visit.status == 200
            if good == 2:
                break
        if good:
            return


def test_every_page_asks_at_most_25_questions(people):
    visits = {name: list(opened(name, roles, people)) for name, roles in pages()}
    seen = [visit for found in visits.values() for visit in found]
    assert [visit for visit in seen if visit.queries > MOST_QUERIES or visit.status >= 500] == []
    assert sum(any(visit.status == 200 for visit in found) for found in visits.values()) > 120


@pytest.mark.parametrize("role", CRAWLERS)
def test_no_link_leads_nowhere(role, people):
    start = "/portal/" if role.startswith("supplier") else "/"
    found = list(crawl(people[role], start, MOST_PAGES))
    dead = [(visit.status, visit.address, origin) for visit, origin in found if visit.status >= 400]
    assert dead == []
    assert [visit for visit, _origin in found if visit.queries > MOST_QUERIES] == []
    assert len(found) > 15
