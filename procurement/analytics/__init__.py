"""What the firm's buying looks like from above; reads all rooms of procurement and writes nothing.

Exceptions: how often departments leave the usual way (urgent, low value, after the fact, ordered by the shop itself), what
that comes to, and what was thought of it afterwards. Every figure opens the documents behind it.
"""
