"""Materials of ours that a supplier works with: stated for an order's line, sent, used, returned.

The buyer states which of our items go into what is ordered, for one of it or in all. The storekeeper sends them; they lie
at the supplier as stock of ours, promised to the order. What comes of the order uses them up by the bill, a reversed
receipt puts them back; where the supplier used more or less, the storekeeper puts it right with a reason. What is left
comes back or is written off, and before that the order cannot be closed. At every step what was sent is what was used,
returned, written off and is left.
"""
