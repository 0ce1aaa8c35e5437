"""Buying once from somebody who is not in the directory: entered in short, up to an amount, for a single order."""
