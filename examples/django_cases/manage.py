"""
Django's own commands for this project: ``python manage.py check``, ``test office``, ``sharekit links case 1`` ...
"""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).absolute().parents[1])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "django_cases.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
