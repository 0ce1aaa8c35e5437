"""Page x role: which roles get into which address, pinned."""
