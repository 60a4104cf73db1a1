"""Hosts, credentials, guides, cases, jobs and approvals, and the triggers that keep what was decided."""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import troubleshoot.models.host
import uuid6
from django.conf import settings
from django.db import migrations, models

from troubleshoot.migrations import sql


class Migration(migrations.Migration):
    dependencies = [
        ("troubleshoot", "0002_audit"),
    ]

    operations = [
        migrations.CreateModel(
            name="GuideVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("source", models.TextField()),
                ("published_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["name", "published_at"],
            },
        ),
        migrations.CreateModel(
            name="Credential",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True)),
                ("username", models.CharField(max_length=200)),
                (
                    "reference",
                    models.CharField(
                        max_length=260,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A(?:env:MENDPOINT_SECRET_[A-Z0-9_]{1,80}|file:/[^\\x00-\\x1f]{1,250})\\Z",
                                "Write env:MENDPOINT_SECRET_NAME or file:/absolute/path.",
                            )
                        ],
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="credentials", to="troubleshoot.site"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=100)),
                ("beaten_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("kind", "name"), name="one_heartbeat_per_process")],
            },
        ),
        migrations.CreateModel(
            name="Host",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(max_length=253, unique=True, validators=[troubleshoot.models.host.check_name]),
                ),
                (
                    "address",
                    models.CharField(
                        help_text="The name or IP address that is dialled.",
                        max_length=253,
                        validators=[troubleshoot.models.host.check_address],
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[("diagnose_only", "diagnose only"), ("changes_allowed", "changes allowed")],
                        default="diagnose_only",
                        max_length=20,
                    ),
                ),
                ("critical", models.BooleanField(default=False, help_text="Every change needs an approver.")),
                ("lab", models.BooleanField(default=False, help_text="A simulated host on loopback.")),
                (
                    "rdp_port",
                    models.PositiveIntegerField(
                        default=3389,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(65535),
                        ],
                    ),
                ),
                (
                    "winrm_port",
                    models.PositiveIntegerField(
                        default=5986,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(65535),
                        ],
                    ),
                ),
                (
                    "transport",
                    models.CharField(
                        choices=[
                            ("kerberos", "Kerberos"),
                            ("ntlm", "NTLM"),
                            ("certificate", "client certificate"),
                            ("basic", "Basic"),
                        ],
                        default="ntlm",
                        max_length=20,
                    ),
                ),
                ("tls", models.BooleanField(default=True)),
                (
                    "ntlm_over_http",
                    models.BooleanField(
                        default=False,
                        help_text="Allow NTLM with message encryption over HTTP. Shown on the health page.",
                    ),
                ),
                (
                    "ca_file",
                    models.CharField(
                        blank=True, help_text="The authority that signed the WinRM certificate.", max_length=260
                    ),
                ),
                ("identity", models.JSONField(blank=True, null=True)),
                ("identity_learned_at", models.DateTimeField(blank=True, null=True)),
                ("last_contact_at", models.DateTimeField(blank=True, null=True)),
                (
                    "assigned",
                    models.ManyToManyField(blank=True, related_name="assigned_hosts", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "credential",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hosts",
                        to="troubleshoot.credential",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="owned_hosts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="hosts", to="troubleshoot.site"
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("error_text", models.TextField()),
                ("error", models.JSONField(default=dict)),
                ("facts_digest", models.CharField(max_length=64)),
                ("opened_at", models.DateTimeField(auto_now_add=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("solved", "Solved"), ("escalate", "Escalated"), ("explained", "Explained")],
                        max_length=20,
                    ),
                ),
                (
                    "waiting_for",
                    models.CharField(
                        choices=[("reading", "Reading"), ("person", "Person"), ("fix", "Fix"), ("nobody", "Nobody")],
                        default="reading",
                        max_length=20,
                    ),
                ),
                ("at_step", models.CharField(blank=True, max_length=100)),
                (
                    "beneficiary",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="cases", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opened_cases",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="troubleshoot.site",
                    ),
                ),
                (
                    "guide",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="troubleshoot.guideversion"),
                ),
                (
                    "host",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="troubleshoot.host",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("read", "Read"), ("apply", "Apply"), ("revert", "Revert")], max_length=10
                    ),
                ),
                ("action", models.CharField(blank=True, max_length=100)),
                (
                    "risk",
                    models.CharField(
                        choices=[("low", "Low"), ("disruptive", "Disruptive"), ("dangerous", "Dangerous")],
                        default="low",
                        max_length=12,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                ("needs_approval", models.BooleanField(default=False)),
                ("self_service", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("waiting_approval", "Waiting Approval"),
                            ("approved", "Approved"),
                            ("queued", "Queued"),
                            ("claimed", "Claimed"),
                            ("starting", "Starting"),
                            ("running", "Running"),
                            ("verifying", "Verifying"),
                            ("done", "Done"),
                            ("verified", "Verified"),
                            ("not_verified", "Not Verified"),
                            ("declined", "Declined"),
                            ("expired", "Expired"),
                            ("cancelled", "Cancelled"),
                            ("drifted", "Drifted"),
                            ("refused", "Refused"),
                            ("unreachable", "Unreachable"),
                            ("failed", "Failed"),
                            ("unknown", "Unknown"),
                            ("reverted", "Reverted"),
                        ],
                        max_length=20,
                    ),
                ),
                ("fence", models.PositiveIntegerField(default=0)),
                ("worker", models.CharField(blank=True, max_length=100)),
                ("lease_until", models.DateTimeField(null=True)),
                ("not_before", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("tries", models.PositiveIntegerField(default=0)),
                ("rings", models.PositiveIntegerField(default=0)),
                ("ring_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("expires_at", models.DateTimeField(null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("undo_at", models.DateTimeField(null=True)),
                ("facts", models.JSONField(default=dict)),
                ("result", models.JSONField(default=dict)),
                ("explanation", models.TextField(blank=True)),
                ("next_actor", models.CharField(blank=True, max_length=40)),
                (
                    "beneficiary",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="jobs",
                        to="troubleshoot.case",
                    ),
                ),
                (
                    "host",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="jobs", to="troubleshoot.host"
                    ),
                ),
                (
                    "origin",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reverts",
                        to="troubleshoot.job",
                    ),
                ),
                (
                    "requester",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requested_jobs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "starter",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64)),
                ("decision", models.CharField(choices=[("approve", "Approve"), ("decline", "Decline")], max_length=10)),
                ("reason", models.TextField(blank=True)),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "approver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approvals",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "beneficiary",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "requester",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="approvals", to="troubleshoot.job"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("step", models.CharField(max_length=100)),
                ("value", models.CharField(max_length=100)),
                (
                    "source",
                    models.CharField(
                        choices=[("person", "Person"), ("reading", "Reading"), ("fix", "Fix")], max_length=10
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="troubleshoot.case"
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="troubleshoot.job",
                    ),
                ),
            ],
            options={
                "ordering": ["case", "number"],
            },
        ),
        migrations.CreateModel(
            name="JobLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("text", models.CharField(max_length=500)),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="troubleshoot.job"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Plan",
            fields=[
                ("id", models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ("action", models.CharField(max_length=100)),
                ("document", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                (
                    "host",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="plans", to="troubleshoot.host"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="made_plans",
                        to="troubleshoot.job",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="job",
            name="plan",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="jobs", to="troubleshoot.plan"
            ),
        ),
        migrations.CreateModel(
            name="Reading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=200)),
                ("value", models.JSONField(null=True)),
                ("taken_at", models.DateTimeField(auto_now_add=True)),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="readings", to="troubleshoot.job"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="host",
            constraint=models.CheckConstraint(
                condition=models.Q(("tls", False), ("transport", "basic"), _negated=True),
                name="host_never_basic_in_the_clear",
            ),
        ),
        migrations.AddConstraint(
            model_name="host",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("name"), name="host_name_ignores_case"
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(("approver", models.F("requester")), _negated=True),
                name="nobody_approves_their_own_request",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("beneficiary__isnull", True),
                    models.Q(("approver", models.F("beneficiary")), _negated=True),
                    _connector="OR",
                ),
                name="nobody_approves_for_themselves",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.UniqueConstraint(fields=("job", "approver"), name="one_vote_per_person"),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.UniqueConstraint(fields=("case", "number"), name="answer_number_in_case"),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(condition=models.Q(("state", "queued")), fields=["ring_at"], name="job_to_ring"),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(condition=models.Q(("undo_at__isnull", False)), fields=["undo_at"], name="job_to_undo"),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(fields=["case", "created_at"], name="job_of_case"),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["claimed", "running", "starting", "verifying"])),
                fields=("host",),
                name="one_visit_per_host",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("kind__in", ["apply", "revert"]),
                    ("state__in", ["claimed", "running", "starting", "unknown", "verifying"]),
                ),
                fields=("host",),
                name="one_change_per_host",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("kind", "revert"),
                    (
                        "state__in",
                        [
                            "approved",
                            "claimed",
                            "planned",
                            "queued",
                            "running",
                            "starting",
                            "unknown",
                            "verifying",
                            "waiting_approval",
                        ],
                    ),
                ),
                fields=("origin",),
                name="one_open_revert_per_job",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "read"), ("plan__isnull", False), _connector="OR"),
                name="a_change_has_a_plan",
            ),
        ),
        sql.run("work"),
    ]
