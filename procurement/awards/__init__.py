"""The decision: who delivers which line, proposed by the buyer, approved by somebody else, final at last.

An award covers a tender as a whole or line by line. When it is final, orders are written from it (by the orders room)
and the bidders learn their own result. Two final awards of one lot line cannot exist.
"""
