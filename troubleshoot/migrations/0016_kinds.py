"""A job says what it is for, where until now its empty fields did."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Exists, OuterRef, Q

from troubleshoot.migrations import sql

#: The remedies by hand that were shipped before this migration. Those of others are told by what their jobs hold.
BY_HAND = [
    "allow-own-client",
    "azure-run-command",
    "check-the-way",
    "choose-certificate",
    "enable-tls12",
    "forget-names",
    "gateway-settings",
    "network-private",
    "reset-cipher-order",
    "restore-listener",
    "stop-guessing",
    "udp-off-own-pc",
    "update-credssp",
]


def tell_kinds(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Read the kind of each job that only reads from its fields, for the last time."""
    database = schema_editor.connection.alias
    plans = apps.get_model("troubleshoot", "Plan").objects.using(database)
    reads = apps.get_model("troubleshoot", "Job").objects.using(database).filter(kind="read")
    reads.filter(case=None, action="").update(kind="connection_test")
    reads.filter(action="").update(kind="diagnose")
    reads.filter(Exists(plans.filter(made_by=OuterRef("pk")))).update(kind="plan")
    by_hand = Q(result__has_key="guided") | Q(action__in=BY_HAND)
    reads.filter(by_hand, case__isnull=False).update(kind="check_by_hand")
    reads.update(kind="plan")


class Migration(migrations.Migration):
    dependencies = [
        ("troubleshoot", "0015_own_pc"),
    ]

    operations = [
        sql.run("jobs_open"),
        migrations.RemoveConstraint(model_name="job", name="a_change_has_a_plan"),
        migrations.AlterField(
            model_name="job",
            name="kind",
            field=models.CharField(
                choices=[
                    ("diagnose", "Diagnosis"),
                    ("plan", "Plan"),
                    ("check_by_hand", "Check by hand"),
                    ("connection_test", "Connection test"),
                    ("apply", "Apply"),
                    ("revert", "Revert"),
                ],
                max_length=16,
            ),
        ),
        migrations.RunPython(tell_kinds),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["apply", "revert"]), _negated=True),
                    ("plan__isnull", False),
                    _connector="OR",
                ),
                name="a_change_has_a_plan",
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
                    _connector="OR",
                ),
                name="a_reading_says_what_it_is_about",
            ),
        ),
        sql.run("jobs_guarded"),
    ]
