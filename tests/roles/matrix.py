"""Who gets in where, pinned. Written by `python -m tests.roles`; read the difference before you commit it."""

MATRIX: dict[str, str] = {}
