"""What the person said after a verified change is kept with the change: a case may have had two of them."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from troubleshoot.migrations import sql

WORDS = {"worked": "works", "no_change": "same_error"}


def keep_words(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Read from the answers of each case what was last said between a verified change and the next one."""
    database = schema_editor.connection.alias
    jobs = apps.get_model("troubleshoot", "Job").objects.using(database)
    answers = apps.get_model("troubleshoot", "Answer").objects.using(database).filter(source__in=["fix", "person"])
    said: dict[object, str] = {}
    change, walk = None, None
    rows = answers.order_by("case_id", "round", "number").values_list("case_id", "round", "source", "value", "job_id")
    for case, round_, source, value, job in rows.iterator(chunk_size=2000):
        if source == "fix":
            change, walk = (job if value == "verified" else None), (case, round_)
        elif change and walk == (case, round_) and value in WORDS:
            said[change] = WORDS[value]
    for word in WORDS.values():
        keys = [key for key, kept in said.items() if kept == word]
        for start in range(0, len(keys), 500):
            jobs.filter(pk__in=keys[start : start + 500]).update(word=word)


class Migration(migrations.Migration):
    dependencies = [
        ("troubleshoot", "0022_removed_channels"),
    ]

    operations = [
        sql.run("jobs_open", back="jobs_guarded"),
        migrations.AddField(
            model_name="job",
            name="word",
            field=models.CharField(
                blank=True,
                choices=[("works", "works"), ("same_error", "same error")],
                db_default="",
                default="",
                max_length=20,
            ),
        ),
        migrations.RunPython(keep_words, migrations.RunPython.noop),
        sql.run("jobs_guarded", back="jobs_open"),
    ]
