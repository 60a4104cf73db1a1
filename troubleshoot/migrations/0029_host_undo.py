"""The undo that a computer makes by itself: what stands of it, and since when."""

from django.db import migrations, models

from troubleshoot.migrations import sql


class Migration(migrations.Migration):
    dependencies = [
        ("troubleshoot", "0028_stopping"),
    ]

    operations = [
        sql.run("jobs_open", back="jobs_settled"),
        migrations.AddField(
            model_name="job",
            name="host_undo",
            field=models.CharField(
                blank=True,
                choices=[("armed", "Armed"), ("lost", "Lost"), ("fired", "Fired"), ("disarmed", "Disarmed")],
                db_default="",
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField(model_name="job", name="armed_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="job", name="host_undo_ended_at", field=models.DateTimeField(null=True)),
        sql.run("jobs_settled", back="jobs_open"),
    ]
