"""What came: goods receipts against orders, partly or whole, with what was rejected and why.

Posting a receipt adds stock, worth what was paid and what of our own materials went into it, tells the ledger which
request lines got how much (by need-by date), turns ordered budget into spent, pushes a delivery fact to the supplier's
performance, and closes the order when nothing more is expected.
A mistake is reversed by a counter-posting, never edited.
"""
