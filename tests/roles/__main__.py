"""`python -m tests.roles` writes matrix.py anew; the difference is what a reviewer reads."""

import os
from pathlib import Path

import django

HEAD = '''"""Who gets in where, pinned. Written by `python -m tests.roles`; read the difference before you commit it."""

MATRIX: dict[str, str] = {
'''

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from tests.roles.walker import table

    Path(__file__).with_name("matrix.py").write_text(f"{HEAD}{table()}\n}}\n", encoding="utf-8")
