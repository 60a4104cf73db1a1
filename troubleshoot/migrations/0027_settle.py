"""A job of its own asks the computer what became of a change of which the portal lost sight."""

import uuid

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from troubleshoot.migrations import sql


def name_attempts(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Say of what was begun and has no known end under which name the computer keeps it.

    Where a worker fell silent, its fence was taken away, which counted it up by one after the start.
    """
    jobs = apps.get_model("troubleshoot", "Job").objects.using(schema_editor.connection.alias)
    begun = jobs.filter(kind__in=["apply", "revert"], state__in=["starting", "running", "unknown"], invented=False)
    for key, fence, why in begun.values_list("pk", "fence", "why"):
        silent = isinstance(why, dict) and why.get("code") == "worker_lost"
        jobs.filter(pk=key).update(attempt=uuid.uuid5(key, str(fence - silent)))


class Migration(migrations.Migration):
    dependencies = [
        ("troubleshoot", "0026_causes_and_judgements"),
    ]

    operations = [
        sql.run("jobs_open", back="jobs_guarded"),
        migrations.RemoveConstraint(model_name="job", name="a_reading_says_what_it_is_about"),
        migrations.AddField(model_name="job", name="attempt", field=models.UUIDField(null=True)),
        migrations.AddField(
            model_name="job",
            name="lost",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="settles",
                to="troubleshoot.job",
            ),
        ),
        migrations.AlterField(
            model_name="job",
            name="kind",
            field=models.CharField(
                choices=[
                    ("diagnose", "Diagnosis"),
                    ("plan", "Plan"),
                    ("check_by_hand", "Check by hand"),
                    ("connection_test", "Connection test"),
                    ("settle", "Settle"),
                    ("apply", "Apply"),
                    ("revert", "Revert"),
                ],
                max_length=16,
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(condition=models.Q(("lost__isnull", False)), fields=["lost"], name="settle_of_job"),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("kind", "settle"),
                    (
                        "state__in",
                        [
                            "approved",
                            "claimed",
                            "planned",
                            "queued",
                            "running",
                            "starting",
                            "verifying",
                            "waiting_approval",
                        ],
                    ),
                ),
                fields=("lost",),
                name="one_open_settle_per_job",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["apply", "revert"]),
                    models.Q(("action", ""), ("case__isnull", False), ("kind", "diagnose")),
                    models.Q(
                        ("kind__in", ["plan", "check_by_hand"]),
                        models.Q(("action", ""), _negated=True),
                    ),
                    models.Q(("action", ""), ("case__isnull", True), ("kind", "connection_test")),
                    models.Q(("action", ""), ("case__isnull", True), ("kind", "settle")),
                    _connector="OR",
                ),
                name="a_reading_says_what_it_is_about",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "settle"), ("lost__isnull", False)),
                    models.Q(models.Q(("kind", "settle"), _negated=True), ("lost__isnull", True)),
                    _connector="OR",
                ),
                name="a_settle_names_what_was_lost",
            ),
        ),
        migrations.RunPython(name_attempts, migrations.RunPython.noop),
        sql.run("jobs_settled", back="jobs_open"),
    ]
