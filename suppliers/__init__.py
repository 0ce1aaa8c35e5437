"""Suppliers: who we buy from, what they offer, how they do, and their own pages."""
