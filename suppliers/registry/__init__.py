"""Who we buy from: suppliers, their contacts, and which accounts act for them.

A supplier applies or is entered, becomes active, may be suspended for a time, or blocked. A membership ties an account
to one supplier; the account itself points nowhere, and a supplier's people never see another supplier.
"""
