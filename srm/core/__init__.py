"""Words and tools every other room stands on: who acts, what time it is, money and quantities, errors, numbers, search.

Nothing here knows a document. Everything here may be used by everybody.
"""
