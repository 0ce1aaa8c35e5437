"""What lies in the firm's own warehouses: moves, levels, reservations.

A move is never changed, only followed by another; levels are the sums of moves, kept beside them under a check that
nothing goes below zero. Free stock is what lies there and is promised to nobody: requests are netted against it before
anything is bought.
"""
