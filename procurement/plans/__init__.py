"""The procurement plan of a legal entity's year: what will be bought when, by which procedure, by whom, for how much.

A draft is filled from what was ordered last year, from what departments have asked for already, and from what they ask
for regularly; people put it right. Somebody else than its author approves it. An approved plan is never changed: a
change is the next version, and what changed between any two versions can be read. The supply map shows the plan by
category and month, and beside it what was ordered.

Who does all this is the other half: open needs go to the buyer of their category, the team's load is one table, and a
buyer's open work can be handed over to a colleague, also for an absence.
"""
