"""The demo company: Balkan Drive, a maker of electric drives and pumps that does not exist.

Eighteen months of its life are played, not written: people ask, approve, merge, tender, offer, award, order, confirm,
receive and count through the same services and moves as everybody else, each at its moment of the past. What is still
open today is open because its moment has not come yet; on top of that `present` sees to it that every state of every
lifecycle is there to be looked at.

`words/` holds what the firm is made of, in three languages; `plan` decides by a seed what happens when, without a
database; `found`, `buying`, `chain`, `present` do it; `timeline` runs it in units of work of limited size; `load` puts
them in order and prints the log-ins. All names, addresses and numbers are invented; addresses end in `.example`.
"""
