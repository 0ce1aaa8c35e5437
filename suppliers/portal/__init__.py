"""The suppliers' own pages: what is asked of me, by when, am I done.

This room is the kit (SupplierPage, the list of home entries that upper rooms fill, magic links) and the supplier's own
profile. A magic link opens one thing for one supplier without an account; its token is stored only as a hash, ends at
a date, and can be withdrawn.
"""
