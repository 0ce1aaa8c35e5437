"""What may be spent: amounts per cost centre, period and category, and what is already spoken for.

Money moves through three buckets, each entry with the document behind it: reserved when a request is approved,
committed when an order is sent, spent when goods are received; a cancellation takes back. Entries are only added.
A budget line stops or warns when a request asks for more than is left.
"""
