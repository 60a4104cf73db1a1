"""One status: who acts and what for as an index of it, what the person put off; who acts after a job is the case's.

What open cases wait for is carried over as far as their columns tell; the keeper rebuilds it from their rows when it
starts, as `manage.py cases reindex` does.
"""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

#: What the columns of before say, the strongest first: condition → who acts, what for.
BEFORE = [
    (models.Q(closed_at__isnull=False), "nobody", "closed"),
    (models.Q(need="decide"), "helpdesk", "decide"),
    (models.Q(need="help") | models.Q(waiting_for="helpdesk"), "helpdesk", "help"),
    (models.Q(need="start"), "helpdesk", "plan"),
    (models.Q(waiting_for="reading"), "portal", "look"),
    (models.Q(waiting_for="fix"), "person", "choose"),
    (models.Q(waiting_for="nobody"), "nobody", "closed"),
]


def carry_over(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Put what was kept of where cases stand into the words of today."""
    cases = apps.get_model("troubleshoot", "Case").objects.using(schema_editor.connection.alias)
    actors = [models.When(condition, then=models.Value(actor)) for condition, actor, _matter in BEFORE]
    matters = [models.When(condition, then=models.Value(matter)) for condition, _actor, matter in BEFORE]
    cases.update(
        waiting_for=models.Case(*actors, default=models.Value("person")),
        matter=models.Case(*matters, default=models.Value("question")),
    )


class Migration(migrations.Migration):
    dependencies = [("troubleshoot", "0017_explanations")]

    operations = [
        migrations.AddField("case", "put_off_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "case", "matter", models.CharField(max_length=12, default="look", db_default="look")
        ),
        migrations.AlterField(
            "case",
            "waiting_for",
            models.CharField(
                choices=[
                    ("person", "Person"),
                    ("helpdesk", "Helpdesk"),
                    ("approver", "Approver"),
                    ("portal", "Portal"),
                    ("nobody", "Nobody"),
                ],
                default="portal",
                max_length=20,
            ),
        ),
        migrations.AlterField(
            "case",
            "outcome",
            models.CharField(
                blank=True,
                choices=[
                    ("solved", "Solved"),
                    ("escalate", "Escalated"),
                    ("explained", "Explained"),
                    ("withdrawn", "Withdrawn"),
                ],
                max_length=20,
            ),
        ),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
        migrations.RemoveField("job", "next_actor"),
    ]
