"""Prices that a supplier proposes in the portal, and what a buyer makes of them.

A proposal names articles that the supplier sells us already, each with a new list price or a change of an agreed one
from a day on; or an article of ours that he would like to sell, by our number. Whether we have an item of that number,
he does not learn: every number is taken as it is typed, and the buyer sees what stands behind it.

The buyer accepts all of it, some lines, or none. What is accepted becomes a price beside the others: the former price
of the same quantity ends the day before, one that is to begin later still begins then, and no price changes before the
day it was proposed for. A rise of more than `PRICE_RISE_PERCENT` needs somebody who may accept it.
"""
