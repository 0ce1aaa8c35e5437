"""People and the firm: users, legal entities, departments, cost centres, and THE table of roles.

A user is an account; a person may have several, and `person` says which belong together, so that nobody approves his
own request through a second account. Departments form a tree; who belongs to one, or heads it, sees what lies below.
What a role may do stands in one table in code (`roles.py`), not in the database: it is reviewed like code.
A supplier's user is tied to the supplier by the suppliers' registry; the user itself points nowhere.
"""
