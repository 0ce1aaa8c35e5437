"""Needs that the own store covers: what is promised to whom, handed out, put back, let go again.

A promise is one request line's share of one warehouse's free stock. The ledger of allocations tells it as "from stock"
and then "handed out", the level of stock counts it as reserved; the three are written together and compared by
`verify`. The cost centre pays what the goods are worth when they leave the store. What was bought for a need and came to
a store waits there in the same way (`arriving`), but was paid and counted as received when it came.
"""
