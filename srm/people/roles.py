"""THE role -> permission table. A permission is "<room>.<action>"; a view, a move and an API action each name one.

Rights are additive. Rows are a second question: `visible_to(actor)` answers which documents a holder sees
(`<room>.view_all` lifts the limit of department or ownership).
"""

from django.utils.translation import gettext_lazy as _

REQUESTER = frozenset(
    {
        "home.view", "files.view", "files.attach", "jobs.view", "notify.view", "rest.tokens",
        "catalog.view", "requests.view", "requests.create", "requests.edit", "requests.submit", "requests.cancel",
        "discussion.write", "receipts.confirm", "tasks.view",
    }
)  # fmt: skip
APPROVER = frozenset(
    {
        "home.view", "files.view", "jobs.view", "notify.view", "rest.tokens", "tasks.view",
        "catalog.view", "requests.view", "requests.approve", "discussion.write", "approvals.view", "approvals.decide",
        "tenders.approve", "budget.view", "budget.approve", "budget.periods",
    }
)  # fmt: skip
BUDGET_OWNER = APPROVER | {"budget.edit"}
BUYER = frozenset(
    {
        "home.view", "files.view", "files.attach", "jobs.view", "notify.view", "rest.tokens", "tasks.view",
        "catalog.view", "catalog.edit", "registry.view", "registry.edit", "items.view", "items.edit",
        "requests.view", "requests.view_all", "discussion.write", "requests.process", "requests.create", "requests.edit",
        "requests.on_behalf",
        "requests.submit", "requests.cancel",
        "planning.view", "planning.aggregate", "planning.edit", "planning.plan",
        "tenders.view", "tenders.edit", "tenders.publish", "tenders.cancel", "tenders.open", "tenders.evaluate",
        "bids.view", "awards.view", "awards.propose",
        "orders.view", "orders.edit", "orders.send", "orders.cancel", "receipts.view", "stock.view",
        "handouts.view", "handouts.release", "subcontracting.view", "subcontracting.state",
        "replenishment.view", "replenishment.edit", "replenishment.order", "schedule.view", "schedule.edit",
        "kraljic.view", "performance.view", "budget.view", "budget.periods", "analytics.view", "exchange.import",
        "exchange.export", "integrations.view", "approvals.view", "catalog.view_policy", "catalog.override_policy",
    }
)  # fmt: skip
HEAD = BUYER | APPROVER | {
    "awards.approve", "orders.approve", "kraljic.edit", "kraljic.approve", "approvals.edit",
    "planning.approve", "registry.block", "requests.approve", "approvals.decide", "catalog.policy", "history.import",
    "catalog.merge", "items.accept_rise",
        "shop.rules", "onetime.rules",
        "planning.assign",
        "requests.limits",
        "requests.review",
}  # fmt: skip
EVALUATOR = frozenset(
    {"home.view", "discussion.write", "notify.view", "jobs.view", "files.view", "rest.tokens", "tasks.view", "tenders.view",
     "tenders.evaluate", "bids.view", "catalog.view", "catalog.view_policy"}
)  # fmt: skip
TENDER_OFFICER = frozenset(
    {"home.view", "discussion.write", "notify.view", "jobs.view", "files.view", "rest.tokens", "tasks.view", "tenders.view",
     "tenders.open", "tenders.approve", "approvals.view", "approvals.decide", "catalog.view", "catalog.view_policy",
     "registry.view", "requests.view", "requests.review"}
)  # fmt: skip
STOREKEEPER = frozenset(
    {
        "home.view", "discussion.write", "notify.view", "jobs.view", "files.view", "files.attach", "rest.tokens", "tasks.view",
        "catalog.view", "orders.view", "receipts.view", "receipts.create", "receipts.post", "receipts.reverse",
        "stock.view", "stock.move", "registry.view", "handouts.view", "handouts.hand_out", "handouts.release",
        "counts.view", "counts.edit", "counts.post", "replenishment.view", "replenishment.edit", "exchange.import", "exchange.export",
        "subcontracting.view", "subcontracting.move",
    }
)  # fmt: skip
ACCOUNTANT = frozenset(
    {
        "home.view", "discussion.write", "notify.view", "jobs.view", "files.view", "files.attach", "rest.tokens", "tasks.view",
        "catalog.view", "registry.view", "orders.view", "receipts.view", "budget.view", "budget.edit",
        "budget.approve", "budget.periods", "budget.close",
        "stock.view", "counts.view", "subcontracting.view", "ledger.view", "ledger.create", "ledger.seal", "ledger.deliver", "ledger.confirm", "exchange.export",
        "exchange.import", "analytics.view", "integrations.view", "invoices.view", "invoices.edit",
    }
)  # fmt: skip
PAYMENT_APPROVER = frozenset(
    {"home.view", "discussion.write", "notify.view", "jobs.view", "files.view", "rest.tokens", "tasks.view", "orders.view",
     "receipts.view", "ledger.view", "registry.view", "budget.view", "budget.approve", "budget.periods", "approvals.view", "approvals.decide",
     "invoices.view", "invoices.approve"}
)  # fmt: skip
AUDITOR = frozenset(
    {
        "home.view", "notify.view", "jobs.view", "files.view", "rest.tokens", "tasks.view",
        "catalog.view", "registry.view", "items.view", "requests.view", "requests.view_all", "planning.view",
        "tenders.view", "bids.view", "awards.view", "orders.view", "receipts.view", "stock.view", "budget.view", "budget.periods",
        "ledger.view", "kraljic.view", "performance.view", "approvals.view", "analytics.view", "audit.view", "audit.export",
        "integrations.view", "org.view", "exchange.export", "invoices.view", "handouts.view",
        "counts.view", "replenishment.view", "schedule.view", "catalog.view_policy",
        "subcontracting.view",
    }
)  # fmt: skip
ADMINISTRATOR = frozenset(
    {
        "home.view", "notify.view", "jobs.view", "jobs.manage", "files.view", "rest.tokens", "tasks.view",
        "org.view", "org.manage", "approvals.view", "approvals.edit", "catalog.view", "catalog.edit", "registry.view",
        "integrations.view", "integrations.manage", "audit.view", "exchange.import", "exchange.export",
        "budget.periods", "budget.close", "outbox.manage", "ui.manage", "stock.view", "stock.manage", "catalog.merge",
        "shop.rules", "onetime.rules",
        "requests.limits",
    }
)  # fmt: skip
SUPPLIER_USER = frozenset({"portal.view", "portal.orders", "portal.read_bids", "files.view"})
SUPPLIER_ADMIN = SUPPLIER_USER | {
    "portal.bid",
    "portal.confirm",
    "portal.prices",
    "portal.profile",
    "portal.users",
    "files.attach",
}

ROLES: dict[str, tuple[object, frozenset[str]]] = {
    "requester": (_("Requester"), REQUESTER),
    "approver": (_("Approver"), APPROVER),
    "budget_owner": (_("Budget owner"), BUDGET_OWNER),
    "buyer": (_("Buyer"), BUYER),
    "head": (_("Head of procurement"), HEAD),
    "evaluator": (_("Evaluator"), EVALUATOR),
    "tender_officer": (_("Tender officer"), TENDER_OFFICER),
    "storekeeper": (_("Storekeeper"), STOREKEEPER),
    "accountant": (_("Accountant"), ACCOUNTANT),
    "payment_approver": (_("Payment approver"), PAYMENT_APPROVER),
    "auditor": (_("Auditor"), AUDITOR),
    "administrator": (_("Administrator"), ADMINISTRATOR),
    "supplier_admin": (_("Supplier administrator"), SUPPLIER_ADMIN),
    "supplier_user": (_("Supplier user"), SUPPLIER_USER),
}
SUPPLIER_ROLES = frozenset({"supplier_admin", "supplier_user"})
STAFF_ROLES = frozenset(ROLES) - SUPPLIER_ROLES


def permissions_of(roles: frozenset[str]) -> frozenset[str]:
    """What the holder of `roles` may do; a role that the table does not know gives nothing."""
    granted: set[str] = set()
    for role in roles:
        granted |= ROLES.get(role, ("", frozenset()))[1]
    return frozenset(granted)
