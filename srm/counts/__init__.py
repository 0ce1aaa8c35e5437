"""Counting a store: a sheet of what should lie there, what does, and the difference as adjustments behind one document.

A count is drawn up for a warehouse, or one of its locations; starting it writes down what the books say. Figures come
in line by line on the phone, or as a sheet filled in elsewhere, also by the accounting system. Each figure is compared
with the books of the moment in which it came in, so the store need not stand still; posting writes the differences.
"""
