"""Keeping the own stores filled: a reorder point and a target for each item and warehouse, and what to order when.

Every night each rule is compared with what is free, what is on its way and what usually goes out. Where the point is
reached, a proposal says how much to order and why, in words; one click makes a purchase request of it, which goes the
way of all requests. Requests that fill a store are never served from that store.
"""
