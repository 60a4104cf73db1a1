"""Rows of the demo's invented history are marked, and such rows may say when they happened."""

import django.utils.timezone
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from troubleshoot.migrations import sql

#: Moments that were always the present, and now are it unless a row says another.
MOMENTS = [
    ("answer", "at"),
    ("case", "opened_at"),
    ("jobline", "at"),
    ("message", "at"),
    ("plan", "made_at"),
    ("reading", "taken_at"),
]


def marked(model: str) -> migrations.AddField:
    """Return a mark that no row of before has."""
    return migrations.AddField(
        model_name=model,
        name="invented",
        field=models.BooleanField(db_default=False, default=False, editable=False),
    )


def moments() -> list[Operation]:
    """Return operations that change nothing in the database: it knows no default of these columns."""
    return [
        migrations.AlterField(
            model_name=model,
            name=name,
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        )
        for model, name in MOMENTS
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("troubleshoot", "0020_deliveries"),
    ]

    operations = [
        sql.run("jobs_open", back="jobs_guarded"),
        marked("case"),
        marked("host"),
        marked("job"),
        marked("person"),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("invented", False),
                    models.Q(("state__in", ["claimed", "queued", "running", "starting", "verifying"]), _negated=True),
                    _connector="OR",
                ),
                name="an_invented_job_never_runs",
            ),
        ),
        sql.run("jobs_guarded", back="jobs_open"),
        migrations.SeparateDatabaseAndState(state_operations=moments()),
    ]
