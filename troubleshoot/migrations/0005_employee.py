"""What a person says before the computer is read: an answer ahead, and the name of a computer we cannot check."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("troubleshoot", "0004_care"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="ahead",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="case",
            name="named_host",
            field=models.CharField(blank=True, max_length=253),
        ),
    ]
