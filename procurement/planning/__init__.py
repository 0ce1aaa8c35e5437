"""Demand: equal needs of many requests merged into one line, with every link kept.

Equal means: same legal entity, item (or the same words), base unit, delivery place, and need-by dates within one window.
What is free in the own stock is netted first, then what open orders bring for nobody yet, in time and to the same place
(`supply`). Aggregation is one pass of SQL over the open lines; the allocation ledger says which department gets which
part of a demand line.
"""
