"""A delivery may be given up because its channel was taken out."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('troubleshoot', '0021_invented'),
    ]

    operations = [
        migrations.AlterField(
            model_name='delivery',
            name='fault',
            field=models.CharField(blank=True, choices=[('channel_down', 'the channel takes nothing from anybody'), ('deferred', 'this message was not taken for now'), ('refused', "this message, or this person's address, was refused for good"), ('not_installed', 'the channel is not installed any more')], max_length=20),
        ),
    ]
