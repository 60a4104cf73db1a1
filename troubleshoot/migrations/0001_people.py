"""People, sites and grants."""

import django.db.models.deletion
import django.utils.timezone
import troubleshoot.models.person
import uuid6
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("id", models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "email",
                    troubleshoot.models.person.LoginField(max_length=254, unique=True, verbose_name="e-mail address"),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("phone", models.CharField(blank=True, max_length=40, verbose_name="phone")),
                ("department", models.CharField(blank=True, max_length=120, verbose_name="department")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name": "person",
                "verbose_name_plural": "people",
                "ordering": ["name", "id"],
            },
        ),
        migrations.CreateModel(
            name="Site",
            fields=[
                ("id", models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ("slug", models.SlugField(max_length=40, unique=True, verbose_name="short name")),
                ("name", models.CharField(max_length=120, unique=True, verbose_name="name")),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("id", models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("employee", "employee"),
                            ("helpdesk", "helpdesk"),
                            ("approver", "approver"),
                            ("author", "author"),
                            ("manager", "manager"),
                            ("auditor", "auditor"),
                            ("administrator", "administrator"),
                        ],
                        max_length=20,
                    ),
                ),
                ("until", models.DateTimeField()),
                ("granted_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "granted_by",
                    models.ForeignKey(
                        help_text="Empty: given on the server's command line.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants_given",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="grants", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants_taken",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: every site.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="troubleshoot.site",
                    ),
                ),
            ],
            options={
                "ordering": ["role", "until"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                ["employee", "helpdesk", "approver", "author", "manager", "auditor", "administrator"],
                            )
                        ),
                        name="grant_role_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("granted_by", None),
                            models.Q(("granted_by", models.F("person")), _negated=True),
                            _connector="OR",
                        ),
                        name="grant_not_to_oneself",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until__gt", models.F("granted_at"))), name="grant_ends_after_it_begins"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None), ("site__isnull", False)),
                        fields=("person", "role", "site"),
                        name="grant_once_per_site",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None), ("site__isnull", True)),
                        fields=("person", "role"),
                        name="grant_once_for_every_site",
                    ),
                ],
            },
        ),
    ]
