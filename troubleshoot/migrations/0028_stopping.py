"""A job that has begun can be stopped: who wants that, and since when."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from troubleshoot.migrations import sql


class Migration(migrations.Migration):
    dependencies = [
        ("troubleshoot", "0027_settle"),
    ]

    operations = [
        sql.run("jobs_open", back="jobs_settled"),
        migrations.AddField(model_name="job", name="stop_asked_at", field=models.DateTimeField(null=True)),
        migrations.AddField(
            model_name="job",
            name="stopper",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        sql.run("jobs_settled", back="jobs_open"),
    ]
