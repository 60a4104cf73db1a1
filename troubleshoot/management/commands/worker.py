"""`manage.py worker`: visits hosts for one or more sites. The only process that may hold host credentials."""

from typing import Any

from celery import current_app
from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from troubleshoot import audit
from troubleshoot.management.doors import PlainCommand
from troubleshoot.management.surroundings import machine
from troubleshoot.models import Site


class Command(PlainCommand):
    """A Celery worker with a thread pool, listening on the queues of its sites."""

    help = "Run a worker for one or more sites (all of them unless told)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--site", action="append", default=[], metavar="SLUG", help="a site to serve; repeatable")
        parser.add_argument("--threads", type=int, default=8, help="visits at the same time (default 8)")
        parser.add_argument("--loglevel", default="warning")

    def handle(self, *, site: list[str], threads: int, loglevel: str, **options: Any) -> None:
        """Work until SIGTERM: then finish what runs, and end."""
        sites = Site.objects.filter(slug__in=site) if site else Site.objects.all()
        if unknown := set(site) - {one.slug for one in sites}:
            raise CommandError(f"There is no site {', '.join(sorted(unknown))}.")
        if not sites:
            raise CommandError("There is no site yet, so there is nothing to serve.")
        with transaction.atomic():
            audit.record(audit.Tag.WORKER_START, actor=machine("worker"), objects=list(sites))
        current_app.worker_main(
            [
                "worker",
                "--pool=threads",
                f"--concurrency={threads}",
                f"--queues={','.join(one.queue for one in sites)}",
                f"--loglevel={loglevel}",
                "--without-gossip",
                "--without-mingle",
                "--without-heartbeat",
                f"--hostname=mendpoint@{machine('worker').name}",
            ]
        )
