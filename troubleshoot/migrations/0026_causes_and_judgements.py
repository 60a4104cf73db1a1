"""What was judged is kept with its answer, and the causes that it was judged by as they were."""

from django.db import migrations, models

from troubleshoot.migrations import sql


class Migration(migrations.Migration):
    dependencies = [
        ("troubleshoot", "0025_own_pc_answers"),
    ]

    operations = [
        migrations.CreateModel(
            name="CauseList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("source", models.TextField()),
                ("published_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={"ordering": ["published_at"]},
        ),
        # SQLite makes the table anew, without its triggers, on the way there and on the way back.
        sql.run("answers", back="answers"),
        migrations.AddField(
            model_name="answer",
            name="judged",
            field=models.JSONField(blank=True, default=dict),
        ),
        sql.run("answers", back="answers"),
    ]
