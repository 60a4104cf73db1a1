"""What people answer about their own PC; and a site may offer no command for it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from troubleshoot.migrations import sql


class Migration(migrations.Migration):

    dependencies = [
        ('troubleshoot', '0024_notice_codes'),
    ]

    operations = [
        migrations.AddField(
            model_name='site',
            name='no_pc_command',
            field=models.BooleanField(default=False, verbose_name='people are offered no command for their own PC'),
        ),
        migrations.CreateModel(
            name='PcAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.PositiveIntegerField()),
                ('question', models.CharField(max_length=64)),
                ('value', models.CharField(max_length=64)),
                ('words', models.TextField()),
                ('facts', models.JSONField(default=dict)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pc_answers', to='troubleshoot.case')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        sql.run("pc_answers", back="pc_answers_gone"),
    ]
