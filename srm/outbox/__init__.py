"""What must reach somebody after the commit: mails, webhooks, the change feed of integrations.

A service writes an event row in its own transaction; nothing is sent there, so a rollback sends nothing and a kill
loses nothing. One dispatcher later reads what has been committed, gives each public event the next number of the
change feed (no gaps, in the order in which commits became visible) and writes one delivery per receiver. Deliveries
are claimed under a lease with a fencing token, sent outside of any transaction, tried again with growing pauses and,
when nothing helps, parked where an administrator sees them. Delivery is at least once: the receiver gets the event's
id and drops what it already has. Private events (mails) never enter the feed.
"""
