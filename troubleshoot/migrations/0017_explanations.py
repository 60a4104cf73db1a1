"""An explanation is a code with parameters; the sentences of before are kept as what they are."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F, Value
from django.db.models.functions import JSONObject


def keep_sentences(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take each old sentence for one in somebody's own words: it is shown as it is."""

    def sentence(column: str) -> JSONObject:
        return JSONObject(code=Value("sentence"), params=JSONObject(text=F(column)))

    database = schema_editor.connection.alias
    jobs = apps.get_model("troubleshoot", "Job").objects.using(database)
    jobs.exclude(explanation="").update(why=sentence("explanation"))
    apps.get_model("troubleshoot", "JobLine").objects.using(database).update(said=sentence("text"))


class Migration(migrations.Migration):
    dependencies = [
        ("troubleshoot", "0016_kinds"),
    ]

    operations = [
        migrations.AddField(model_name="job", name="why", field=models.JSONField(null=True)),
        migrations.AddField(model_name="jobline", name="said", field=models.JSONField(null=True)),
        migrations.RunPython(keep_sentences),
        migrations.RemoveField(model_name="job", name="explanation"),
        migrations.RemoveField(model_name="jobline", name="text"),
    ]
