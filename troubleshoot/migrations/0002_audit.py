"""The audit log: entries, their writers, the objects they name, their personal parts, and the triggers."""

import django.db.models.deletion
import django.db.models.functions.datetime
import uuid6
from django.db import migrations, models

from troubleshoot.migrations import sql


class Migration(migrations.Migration):
    dependencies = [
        ("troubleshoot", "0001_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("seq", models.PositiveBigIntegerField()),
                ("version", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField(db_index=True)),
                ("tag", models.CharField(max_length=40)),
                ("code", models.PositiveIntegerField()),
                ("actor_kind", models.CharField(max_length=16)),
                ("actor", models.CharField(max_length=64)),
                ("on_behalf", models.UUIDField(null=True)),
                ("canonical", models.BinaryField()),
                ("leaf_hash", models.BinaryField(max_length=32)),
                (
                    "received_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("db_user", models.CharField(db_default="", editable=False, max_length=63)),
            ],
            options={
                "verbose_name_plural": "entries",
                "ordering": ["at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Writer",
            fields=[
                ("id", models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ("seq", models.PositiveBigIntegerField(default=0)),
                ("head", models.BinaryField(default=bytes, max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name="PersonalPart",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="personal",
                        serialize=False,
                        to="troubleshoot.entry",
                    ),
                ),
                ("salt", models.BinaryField(max_length=32)),
                ("payload", models.BinaryField()),
            ],
        ),
        migrations.AddField(
            model_name="entry",
            name="writer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="troubleshoot.writer"
            ),
        ),
        migrations.CreateModel(
            name="EntryObject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=32)),
                ("ref", models.CharField(max_length=64)),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objects_named",
                        to="troubleshoot.entry",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "ref", "entry"), name="entry_object_named_once")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["actor", "id"], name="entry_by_actor"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["code", "id"], name="entry_by_code"),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(fields=("writer", "seq"), name="entry_seq_once_per_writer"),
        ),
        sql.run("audit"),
    ]
