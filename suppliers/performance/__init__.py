"""How suppliers do: facts of deliveries, pushed down by receipts as they happen.

A fact is what was planned and what came, for one order line's delivery; it is only added. Rates (on time, in full,
rejected) and lead times are computed from the facts, never typed.
"""
