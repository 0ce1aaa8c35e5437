"""Codes of public lists (CPV, ОКПД2, UNSPSC) and of the firm's own, which categories carry.

A list is loaded from a file, whole and again when a newer one is out: known codes get the new names, others are added,
none is taken away, because categories may carry it. Codes are found by number or by words in any language, typing
errors forgiven.
"""
