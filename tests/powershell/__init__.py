"""`python -m tests.powershell`: the product's PowerShell, tried by a real PowerShell. It needs Linux and no Windows.

What has no Linux twin is a stand-in that declares the parameters of 5.1 and asks the lab's model of a host. So a pass
proves language, parameters, conversions and protocol; what only Windows knows, it does not prove.
"""

import os

import django
from django.apps import apps

if not apps.ready:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
