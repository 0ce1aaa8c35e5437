"""Models that are read without a scope, each with the reason why that is right.

A scope answers "which rows may this actor know of". Where the answer is "all of them, once the page's permission is
held", or where no person reads the rows at all, a scope would only be noise.
"""

PLAIN: dict[str, str] = {
    # The log: read by those who may read all of it.
    "srm.AuditEvent": "read through audit.selectors by document, or whole by holders of audit.view",
    "srm.AuditHead": "the end of the chain; no person reads it",
    "srm.AuditCheckpoint": "hashes; meant to be copied elsewhere",
    "srm.SecurityEvent": "read whole by holders of audit.view",
    # Machinery: no person's rows.
    "srm.Counter": "the last numbers given",
    "srm.FeedCounter": "the last sequence number given",
    "srm.Lease": "which ticker works",
    "srm.TickerTask": "when the ticker's tasks run",
    # The firm: every member of staff may know it.
    "srm.User": "staff are known to each other; accounts are edited in srm.org under its permission",
    "srm.UserRole": "read to build actors",
    "srm.LegalEntity": "the firms we are",
    "srm.Department": "the tree of departments",
    "srm.CostCenter": "codes to choose from",
    "srm.ExchangeRate": "published rates",
    "srm.Place": "delivery addresses to choose from",
    "srm.Location": "of warehouses, read through their own visible_to",
    "srm.Warehouse": "names of places; what lies there is scoped",
    "srm.WorkingWeek": "when the firm works",
    "srm.SpecialDay": "days on which the firm works or not",
    "srm.Accumulated": "sums of the year; shown by approvals to who decides on a document they add up with",
    "srm.ApprovalRule": "who decides what is no secret inside the firm",
    # The directory of items: one for the whole firm, open to holders of catalog.view.
    "srm.Category": "the item tree",
    "srm.Item": "the item directory",
    "srm.KnownWord": "words of the catalog without their rows, looked up for what somebody typed; shown to no one",
    "srm.Attribute": "what items are asked; read with catalog.view, shown with the category",
    "srm.Code": "lines of public code lists",
    "srm.ItemUnit": "packs of items",
    "srm.ItemEquivalent": "which items may stand in for others; as public inside the firm as the items",
    "srm.Unit": "code list",
    # One person's own choices, always read by that person.
    "srm.Preference": "read by its user only, filtered by user",
    "srm.SavedView": "read by its user only, filtered by user",
    "srm.Subscription": "read by its user only, filtered by user",
}
