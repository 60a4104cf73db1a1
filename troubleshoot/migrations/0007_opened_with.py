"""The page that opened a case, so that two clicks open one; and the triggers of answers, which SQLite lost on the way."""

from django.db import migrations, models

from troubleshoot.migrations import sql


class Migration(migrations.Migration):
    dependencies = [
        ("troubleshoot", "0006_reports"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="opened_with",
            field=models.UUIDField(editable=False, null=True, unique=True),
        ),
        # SQLite adds a column by making the table anew, and a dropped table takes its triggers with it.
        sql.run("answers"),
    ]
