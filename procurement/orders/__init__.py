"""What was ordered from whom, at what price and for which need.

An order comes from a final award, from an import of past purchasing, or is written by a buyer. It is approved, sent to
the supplier, who confirms it in the portal with quantities and dates; what was received, and whether it is late, is
derived. Each order line keeps, through the allocation ledger, the request lines it serves.
"""
