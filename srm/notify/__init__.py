"""Telling people: in the product, by mail at once, in a daily summary, or not at all, as each of them chooses.

A room declares in its notices.py what a move tells and to whom; flow calls that after the move, in the same
transaction. Each notice becomes a row of the receiver's inbox and, when he wants mail, a private event of the outbox
that carries codes and plain values only; the words are put together at delivery, in his language. Nobody is told of
what he did himself. An address that does not work is noted and never disturbs the one who caused the mail. Mails go
to one receiver each, have one subject line that says it all, one button, and never the price of a sealed tender.
"""
