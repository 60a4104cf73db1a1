"""Care for cases: urgency, owner, rounds, messages, notices, and what a site tells its people."""

import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("troubleshoot", "0003_work"),
    ]

    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField()),
                ("internal", models.BooleanField(default=False)),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("new_case", "new case"),
                            ("approval", "approval wanted"),
                            ("result", "result"),
                            ("message", "message"),
                            ("reminder", "reminder"),
                        ],
                        max_length=12,
                    ),
                ),
                ("text", models.CharField(max_length=300)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("read_at", models.DateTimeField(null=True)),
                ("mailed_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.AddField(
            model_name="answer",
            name="round",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="case",
            name="asked_for_help_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="helpful",
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="need",
            field=models.CharField(
                blank=True,
                choices=[
                    ("start", "Start the fix"),
                    ("help", "Help the person"),
                    ("decide", "Decide after lost contact"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="owner",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cared_cases",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="round",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="case",
            name="round_began_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AddField(
            model_name="case",
            name="sent_to",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name="case",
            name="ticket",
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name="case",
            name="urgency",
            field=models.PositiveSmallIntegerField(
                choices=[(1, "in minutes"), (2, "today"), (3, "no hurry")], default=2
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="whereabouts",
            field=models.CharField(
                blank=True,
                choices=[
                    ("office", "in the office"),
                    ("home_vpn", "at home, VPN on"),
                    ("home", "at home, no VPN"),
                    ("gateway", "through a gateway or web page"),
                    ("dont_know", "I don't know"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="word",
            field=models.CharField(
                blank=True, choices=[("works", "works"), ("same_error", "same error")], max_length=20
            ),
        ),
        migrations.AddField(
            model_name="site",
            name="banner_text",
            field=models.CharField(
                blank=True, help_text="Shown to everybody who opens a case.", max_length=300, verbose_name="banner"
            ),
        ),
        migrations.AddField(
            model_name="site",
            name="phone_text",
            field=models.CharField(
                blank=True,
                help_text="For example: Helpdesk, extension 4400.",
                max_length=200,
                verbose_name="how to reach a person",
            ),
        ),
        migrations.AddField(
            model_name="site",
            name="ticket_required",
            field=models.BooleanField(default=False, verbose_name="a ticket number is required for a change"),
        ),
        migrations.AddField(
            model_name="site",
            name="workaround_text",
            field=models.CharField(
                blank=True,
                help_text="What people can do while they wait.",
                max_length=300,
                verbose_name="until it works",
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="waiting_for",
            field=models.CharField(
                choices=[
                    ("reading", "Reading"),
                    ("person", "Person"),
                    ("fix", "Fix"),
                    ("helpdesk", "Helpdesk"),
                    ("nobody", "Nobody"),
                ],
                default="reading",
                max_length=20,
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at", None)), fields=["site", "urgency", "id"], name="case_open_by_urgency"
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["beneficiary", "-id"], name="case_of_person"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["host", "-id"], name="case_of_host"),
        ),
        migrations.AddField(
            model_name="message",
            name="author",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="messages", to="troubleshoot.case"
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="case",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="troubleshoot.case"
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="job",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="troubleshoot.job"
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="notices", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(condition=models.Q(("read_at", None)), fields=["person", "-id"], name="notice_unread"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(condition=models.Q(("mailed_at", None)), fields=["id"], name="notice_to_mail"),
        ),
    ]
