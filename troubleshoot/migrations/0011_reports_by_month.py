"""What a site says of its hours and of the time before Mendpoint; the month a person was last sent the summary for."""

import troubleshoot.models.site
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("troubleshoot", "0010_desk"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="summary_month",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="site",
            name="minutes_before",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="site",
            name="working_hours",
            field=models.CharField(
                blank=True,
                help_text="Monday to Friday.",
                max_length=11,
                validators=[troubleshoot.models.site.check_hours],
                verbose_name="working hours",
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("new_case", "new case"),
                    ("approval", "approval wanted"),
                    ("result", "result"),
                    ("message", "message"),
                    ("reminder", "reminder"),
                    ("summary", "monthly summary"),
                ],
                max_length=12,
            ),
        ),
    ]
