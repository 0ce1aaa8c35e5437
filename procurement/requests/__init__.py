"""What departments ask for, and where each quantity of it is.

A request has lines; the line is what is decided: submitted, approved, returned, rejected, cut short, cancelled. The
header's state is read from its lines. The allocation ledger keeps, for every line and only by adding, how much of it
is promised from stock, planned, in a tender, ordered, confirmed, received: upper rooms write it through `allocate()`,
and the requester's page reads nothing else. Children of an allocation never exceed it.
"""
