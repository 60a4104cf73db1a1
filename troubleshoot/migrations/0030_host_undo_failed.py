"""An undo that a computer makes by itself may fail there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("troubleshoot", "0029_host_undo"),
    ]

    operations = [
        migrations.AlterField(
            model_name="job",
            name="host_undo",
            field=models.CharField(
                blank=True,
                choices=[
                    ("armed", "Armed"),
                    ("lost", "Lost"),
                    ("fired", "Fired"),
                    ("failed", "Failed"),
                    ("disarmed", "Disarmed"),
                ],
                db_default="",
                default="",
                max_length=10,
            ),
        ),
    ]
