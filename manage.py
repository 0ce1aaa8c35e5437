#!/usr/bin/env python
"""Command line of the product: migrations, imports, backups, checks."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "srm.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
