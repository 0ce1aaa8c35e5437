"""Which items may stand in for others: the same thing for our purposes, or one that may be bought instead.

An equivalent is named for two items, with how many base units of it take the place of one of the other, and between two
days. Both ways it holds for either of them; one way only the second may replace the first. It is a hint to people: pickers
and item pages say what else lies in stock, buyers propose it for a request line; nothing is ever replaced by itself.
What does not hold any more is ended by its last day, not erased, for old proposals came from it.
"""
