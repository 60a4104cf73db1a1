"""Deliveries: one row for each notice and channel. What the column `mailed_at` said becomes the delivery by e-mail."""

import django.db.models.deletion
import uuid6
from django.db import migrations, models
from django.db.models.functions import Coalesce, Now

BATCH = 1000


def _rows(apps, schema_editor):
    """Return notices and deliveries, in the database that is migrated."""
    alias = schema_editor.connection.alias
    return (apps.get_model("troubleshoot", name).objects.using(alias) for name in ("Notice", "Delivery"))


def from_mailed_at(apps, schema_editor):
    """Make a delivery of each notice: sent when it was mailed; else waiting, due at once."""
    notices, deliveries = _rows(apps, schema_editor)
    delivery, rows = deliveries.model, []
    for key, mailed_at in notices.order_by("pk").values_list("pk", "mailed_at").iterator(BATCH):
        state, tries = ("sent", 1) if mailed_at else ("waiting", 0)
        one = delivery(notice_id=key, channel="email", state=state, tries=tries, tried_at=mailed_at, sent_at=mailed_at)
        rows.append(one)
        if len(rows) == BATCH:
            deliveries.bulk_create(rows)
            rows = []
    deliveries.bulk_create(rows)


def to_mailed_at(apps, schema_editor):
    """Count whatever is not to be sent any more as mailed: the version before knew of nothing else."""
    notices, deliveries = _rows(apps, schema_editor)
    ended = deliveries.filter(notice=models.OuterRef("pk"), channel="email").exclude(state="waiting")
    at = ended.values(at=Coalesce("sent_at", "tried_at", "next_try_at"))[:1]
    notices.update(mailed_at=models.Subquery(at))


class Migration(migrations.Migration):
    dependencies = [
        ("troubleshoot", "0018_status"),
    ]

    operations = [
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ("channel", models.CharField(max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("sent", "sent"),
                            ("failed", "given up"),
                            ("cancelled", "not needed any more"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("tries", models.PositiveIntegerField(default=0)),
                ("tried_at", models.DateTimeField(null=True)),
                ("next_try_at", models.DateTimeField(db_default=Now())),
                ("lease_until", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "fault",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("channel_down", "the channel takes nothing from anybody"),
                            ("deferred", "this message was not taken for now"),
                            ("refused", "this message, or this person's address, was refused for good"),
                        ],
                        max_length=20,
                    ),
                ),
                ("last_error", models.CharField(blank=True, max_length=300)),
                ("failing_since", models.DateTimeField(null=True)),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="troubleshoot.notice",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [
                    models.Index(fields=["channel", "state", "next_try_at"], name="delivery_by_state"),
                    models.Index(fields=["channel", "-sent_at"], name="delivery_by_time_sent"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("notice", "channel"), name="one_delivery_per_notice_and_channel"),
                ],
            },
        ),
        migrations.RunPython(from_mailed_at, to_mailed_at),
        migrations.RemoveIndex(model_name="notice", name="notice_to_mail"),
        migrations.RemoveField(model_name="notice", name="mailed_at"),
    ]
