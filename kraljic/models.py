"""What is kept of the matrix (written with its room)."""
