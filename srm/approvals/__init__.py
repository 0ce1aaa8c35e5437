"""Who must agree: rules, the route of a document, its steps, and the one way to decide.

A rule names, for a kind of document, who decides from which amount on, for which department or category. Submitting a
document lays out its route; `decide()` records a step's outcome and, at the last one, performs the move. Whoever
requested, made or edited the document can never approve it, under any account. A change of the content after
approval asks again: the route keeps a hash of what was approved.
"""
