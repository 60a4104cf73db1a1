"""`manage.py seed`: the demo's people and simulated computers for containers, where the lab is a service of its own."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from troubleshoot.management import demo_data
from troubleshoot.management.process_context import SECRET_PREFIX

FIRST_PORT = 21_000


class Command(BaseCommand):
    """Writes the lab's list of hosts with fixed ports, and registers these. Can be repeated."""

    help = "Make the demo's people and register its simulated computers; prints the accounts. For the demo profile."

    def handle(self, **options: Any) -> None:
        """Make what is not there yet."""
        accounts = demo_data.make_people()
        demo_data.invent()
        file = demo_data.fleet(Path(settings.VAR_DIR))
        fleet = json.loads(file.read_text(encoding="utf-8"))
        for place, one in enumerate(fleet):
            one |= {"rdp_port": FIRST_PORT + 2 * place, "winrm_port": FIRST_PORT + 2 * place + 1}
        file.write_text(json.dumps(fleet), encoding="utf-8")
        ready = [{"host": one["name"], "rdp_port": one["rdp_port"], "winrm_port": one["winrm_port"]} for one in fleet]
        demo_data.register(ready, f"env:{SECRET_PREFIX}LAB")
        self.stdout.write("Accounts (this demo only):")
        for account in accounts:
            self.stdout.write(f"  {account.role:14} {account.email:28} {account.password}")
