"""Another item for what was asked for: proposed by a buyer, accepted or declined by the requester.

A proposal is for what of an approved line is open: an item, how much of it, at which price, and why. While it is open the
line is held back from planning; there is one at a time. Accepting changes item, quantity and money of the line in one
step; what is planned or ordered already stays with the old item as a line of its own. What costs no more and is of the
approved category stays approved; more, or another category, goes back to the approvers. Declined, withdrawn or run out
it changes nothing. It runs out when the line ends, is asked for differently, or is split.
"""
