"""Which items may be the same thing entered twice, and what the steward says about it.

Suggestions are found by article (whatever the case, the separators, the look-alike Cyrillic and Latin letters), by name
in any language, and by what upper rooms know of an item (a supplier's own number). They are found anew every night and
on demand; what the steward called "not a duplicate" is remembered. A suggestion is looked at side by side and then
merged (`srm.catalog.merging`) or refused. Nothing is ever merged by itself.
"""
