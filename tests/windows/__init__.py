"""What is tried on a real Windows: the cases in `proof.ps1`, made of the catalogue and its vectors.

`python -m tests.windows.cases --write` renews them there. Everything else in that file is written by hand.
"""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()
