"""Merging two items that are one thing, and taking a merge back.

One item stays (the winner); the other (the loser) leads to it from then on: its page, its API id, its article, the ids
that other systems know it by. Everything that points to the loser follows, as each room says in its `references.py`;
what may only be added to (stock moves, delivery facts) keeps the old item, which stays readable. A merge writes down
every row it moved and every field it changed, so that undoing restores exactly that; when something later depends on
the merge, the undo is refused and says what.

Items that are counted in different base units need a factor. Documents are then left as they were written, and open
ones have to be finished first: a quantity that was ordered in boxes must arrive in boxes.
"""
