"""What the demo company is made of: plain data in English, Russian and Bulgarian."""

Text = tuple[str, str, str]
