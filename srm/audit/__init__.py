"""Who did what, when and why: one append-only log, chained by hashes, and the record of refused attempts.

Services write business verbs with the named fields before and after; signals would miss update() and bulk writes, so
there are none. Events are buffered while a unit of work runs and written as its last act, under the chain's lock: the
lock is then held for a moment only. The database itself refuses to update or delete an event. The chain shows any
edit in the middle; signed checkpoints kept elsewhere show a cut tail or a rewritten whole.
"""
