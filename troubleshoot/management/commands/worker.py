"""`manage.py worker`: visits hosts for one or more sites. The only process that may hold host credentials."""

from typing import Any

from celery import current_app
from celery.signals import worker_ready, worker_shutting_down
from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from troubleshoot import audit, operations
from troubleshoot.catalog import installed_catalog
from troubleshoot.management.command_base import PlainCommand
from troubleshoot.management.process_context import machine
from troubleshoot.models import Site

#: What is listened to until there is a site; nobody ever rings there.
NO_SITE = "no-site"


class Command(PlainCommand):
    """A Celery worker with a thread pool, listening on the queues of its sites."""

    help = "Run a worker for one or more sites (all of them, those to come included, unless told)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--site", action="append", default=[], metavar="SLUG", help="a site to serve; repeatable")
        parser.add_argument("--threads", type=int, default=8, help="visits at the same time (default 8)")
        parser.add_argument("--loglevel", default="warning")

    def handle(self, *, site: list[str], threads: int, loglevel: str, **options: Any) -> None:
        """Work until SIGTERM: then claim nothing more, finish what runs, and end."""
        sites = list(Site.objects.filter(slug__in=site) if site else Site.objects.all())
        if unknown := set(site) - {one.slug for one in sites}:
            raise CommandError(f"There is no site {', '.join(sorted(unknown))}.")
        with transaction.atomic():
            audit.record(audit.Tag.WORKER_START, actor=machine("worker"), objects=list(sites))
        installed_catalog()  # before the first job comes: each thread would wait for it
        served = Served(sites, follow=not site)
        worker_ready.connect(served.ready, weak=False)
        worker_shutting_down.connect(_drain, weak=False)
        with (
            operations.keep_beating("worker", machine("worker").name, served.slugs),
            operations.take_overlooked(served.slugs, threads=threads),
        ):
            current_app.worker_main(
                [
                    "worker",
                    "--pool=threads",
                    f"--concurrency={threads}",
                    f"--queues={','.join(one.queue for one in sites) or NO_SITE}",
                    f"--loglevel={loglevel}",
                    "--without-gossip",
                    "--without-mingle",
                    "--without-heartbeat",
                    f"--hostname=mendpoint@{machine('worker').name}",
                ]
            )


def _drain(**_: Any) -> None:
    operations.drain()


class Served:
    """The sites that this worker serves. One that serves all of them listens for a new one as soon as it is made."""

    def __init__(self, sites: list[Site], *, follow: bool) -> None:
        self._queues = {one.slug: one.queue for one in sites}
        self._follow = follow
        self._consumer: Any = None

    def ready(self, sender: Any, **_: Any) -> None:
        """Note that Celery's worker has begun to listen."""
        self._consumer = sender

    def slugs(self) -> list[str]:
        """Return the short names of the sites that are served now."""
        if self._follow and self._consumer:
            for one in Site.objects.exclude(slug__in=self._queues):
                self._queues[one.slug] = one.queue
                self._consumer.call_soon(self._consumer.add_task_queue, one.queue)
        return list(self._queues)
