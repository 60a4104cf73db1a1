"""A notice is a code with parameters; what was written before keeps its sentence."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('troubleshoot', '0023_word_of_change'),
    ]

    operations = [
        migrations.AddField(
            model_name='notice',
            name='code',
            field=models.CharField(blank=True, default='', max_length=40),
        ),
        migrations.AddField(
            model_name='notice',
            name='params',
            field=models.JSONField(default=dict),
        ),
        migrations.AlterField(
            model_name='notice',
            name='text',
            field=models.CharField(blank=True, default='', max_length=300),
        ),
    ]
