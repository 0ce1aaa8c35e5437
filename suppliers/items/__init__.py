"""What suppliers call our items, how they sell them, and for how much.

One row per item and pack at a supplier: his own article and name, the unit he sells in and how many of our base units
it holds, the least he sells and in which steps, his lead time. Prices stand below it with the quantity they begin at,
the days they hold, and their currency: list prices, or prices of an agreement with its limits. A supplier may propose
prices in the portal; they count when a buyer has approved them.

`selectors.offers_for` answers for thousands of lines at once which supplier is best for (item, quantity, day): an
agreed price before a list price, then what the quantity costs after rounding up to what he sells. The pure rules are
in `offers.py`.
"""
