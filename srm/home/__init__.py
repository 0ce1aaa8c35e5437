"""The roof: the start page that says what waits for me, and the search over everything.

The inbox is a list of decisions, deadlines and exceptions by role, each row with its action in place. It imports every
room because it stands above them all; nothing imports it.
"""
