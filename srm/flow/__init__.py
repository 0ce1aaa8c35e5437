"""How documents live: states are decisions, moves are the only way between them, and one function performs them.

A room's `lifecycle.py` declares states and moves; `perform()` locks the row, checks the right, asks the guards (each
answers with the sentence the user reads next to the grey button), moves, saves, runs the effects and reactions, and
notes the event. Upper rooms add guards and reactions to lower documents by registry, so lower rooms never import
upper ones. Buttons, API actions, bulk moves and jobs are generated from the same declarations.
The one durable transaction is opened at the edge by `unit_of_work()`, never inside a service.
"""
