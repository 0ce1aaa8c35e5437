"""One directory of what the firm buys: items with an internal article, their categories, units and packs.

The item is the hinge between departments, suppliers, the CRM and the accounting system: its article is ours and
unique; every other number is a reference to it. A category is what the Kraljic matrix segments; its segment is written
by the matrix and read by everybody. Quantities are kept in the item's base unit; packs convert by exact factors.
"""
