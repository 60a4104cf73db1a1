"""What a person's own PC told: the blocks as they were pasted, and the latest facts with the case."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from troubleshoot.migrations import sql


class Migration(migrations.Migration):

    dependencies = [
        ('troubleshoot', '0014_gateway'),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='pc',
            field=models.JSONField(default=dict),
        ),
        migrations.CreateModel(
            name='PcBlock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.PositiveIntegerField()),
                ('text', models.TextField()),
                ('facts', models.JSONField()),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pc_blocks', to='troubleshoot.case')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.AlterField(
            model_name="answer",
            name="source",
            field=models.CharField(
                choices=[("person", "Person"), ("reading", "Reading"), ("fix", "Fix"), ("told", "Told")], max_length=10
            ),
        ),
        sql.run("pc"),
    ]
