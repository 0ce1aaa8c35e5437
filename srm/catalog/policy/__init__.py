"""How a category is bought: the rules that follow from its place on the matrix, or from what its head decided.

A policy says which procedure to use, how many suppliers to ask, how price and quality weigh, whether a second source
is kept, how long contracts run, how many days the stock should cover, who is to agree, and how often all this is looked
at again. A rule left open is taken from the category above. A new version takes the place of the old one from a day on;
old versions stay readable.

Tenders take procedure and number of suppliers as default and as guard, reorder proposals the days of cover; the other
rules are read by who decides. Whoever must go another way writes an override with his reason;
overrides are counted on the policy's page, for a rule that is broken often is a wrong rule.
"""
