"""A password that somebody else made must be changed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("troubleshoot", "0008_heartbeat"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="must_change_password",
            field=models.BooleanField(default=False),
        ),
    ]
