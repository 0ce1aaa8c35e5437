"""Models that are read without a scope, each with the reason why that is right."""

PLAIN: dict[str, str] = {}
