"""Doors to other systems: past purchasing in, ledger batches out, the catalog to and from 1C."""
