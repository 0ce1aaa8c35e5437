"""The suppliers' own pages: what is asked of me, by when, am I done.

This room is the kit (`pages.SupplierPage` and its kin, `home.home_entry` for the start page that upper rooms fill,
`links` for magic links) and the supplier's own profile. A magic link opens one document for one supplier without an
account; its token is stored only as a hash, ends at a date, and can be withdrawn. Who opens a link acts as an Actor of
kind "link" that has the supplier's id, the rights of the link's purpose, and in `scope` the documents it was sent.
Staff never land here, and a supplier's people never in staff pages: the address answers as if it did not exist.
"""
