"""Heartbeats say which sites a worker serves."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("troubleshoot", "0007_opened_with"),
    ]

    operations = [
        migrations.AddField(
            model_name="heartbeat",
            name="sites",
            field=models.JSONField(default=list),
        ),
    ]
