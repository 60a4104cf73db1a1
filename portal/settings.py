"""Django's settings, read once from the environment through portal.env."""

from pathlib import Path

import dj_database_url
from django.contrib.messages import ERROR, SUCCESS, WARNING

from portal import env

BASE_DIR = Path(__file__).resolve().parent.parent
#: Everything that Mendpoint writes by default: database, keys, mail that has no server.
VAR_DIR = Path(env.text("MENDPOINT_VAR", str(BASE_DIR / "var"))).resolve()

DEBUG = False
SECRET_KEY = env.secret_key("MENDPOINT_SIGNING_KEY", VAR_DIR / "secret-key")
ALLOWED_HOSTS = env.words("MENDPOINT_HOSTS", "127.0.0.1,localhost,[::1]")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "django_htmx",
    "template_partials",
    "troubleshoot",
]
MIDDLEWARE = [
    "troubleshoot.web.middleware.behind_proxy",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "troubleshoot.web.middleware.response_headers",
    "troubleshoot.web.middleware.bounded",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "troubleshoot.web.middleware.SignInRequired",
    "troubleshoot.web.middleware.NewPasswordFirst",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "builtins": [
                "troubleshoot.templatetags.content",
                "troubleshoot.templatetags.statements",
                "troubleshoot.templatetags.words",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "troubleshoot.web.context_processors.surroundings",
            ],
        },
    },
]

# Read back by a system check on every connection: a forgotten PRAGMA must not weaken the audit log quietly.
# recursive_triggers: without it INSERT OR REPLACE walks around the append-only triggers.
SQLITE_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL
    "recursive_triggers": 1,
    "foreign_keys": 1,
    "busy_timeout": 20_000,
}
DATABASES = {
    "default": dj_database_url.parse(
        env.text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'mendpoint.sqlite3'}"),
        conn_max_age=60,
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "init_command": "".join(f"PRAGMA {name}={value};" for name, value in SQLITE_PRAGMAS.items()),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "troubleshoot.Person"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "troubleshoot.people.auth_backend.GrantBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
# One address guessing at one account is slowed down; others can still sign in to that account.
AXES_FAILURE_LIMIT = 8
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_FORM_FIELD = "username"
AXES_DISABLE_ACCESS_LOG = True  # the audit log is the record
AXES_LOCKOUT_CALLABLE = "troubleshoot.web.sign_in.locked_out"

_HTTPS = env.flag("MENDPOINT_HTTPS")
SESSION_COOKIE_NAME = "__Host-session" if _HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if _HTTPS else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = _HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_AGE = env.whole("MENDPOINT_SESSION_MINUTES", 480, least=5) * 60
CSRF_COOKIE_HTTPONLY = True
#: Networks of the proxies that end TLS in front of the portal; only their word about address and scheme counts.
MENDPOINT_PROXIES = env.networks("MENDPOINT_PROXIES")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if MENDPOINT_PROXIES else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # asked from beside the process, where there is no TLS
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# Whatever is let in (web.middleware.MOST_BYTES) stays in memory: a file that somebody hands in is never on a disk.
FILE_UPLOAD_MAX_MEMORY_SIZE = 11 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

#: The language of the portal. English is shipped; a folder of MENDPOINT_LOCALE_DIRS holds another one as Django expects
#: it (`de/LC_MESSAGES/django.mo`), made by `makemessages` and `compilemessages`.
LANGUAGE_CODE = env.text("MENDPOINT_LANGUAGE", "en")
LOCALE_PATHS = env.folders("MENDPOINT_LOCALE_DIRS")
TIME_ZONE = env.text("MENDPOINT_TIME_ZONE", "UTC")
USE_I18N = USE_TZ = True

#: What the style sheet calls them.
MESSAGE_TAGS = {SUCCESS: "ok", WARNING: "warn", ERROR: "bad"}

STATIC_URL = "static/"
STATIC_ROOT = Path(env.text("MENDPOINT_STATIC", str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]

#: Empty: no broker is configured; the demo starts an embedded one and passes its address on.
REDIS_URL = env.text("REDIS_URL")
#: Folders that add guides, actions, resources and error codes to the built-in ones.
CATALOG_DIRS = (BASE_DIR / "troubleshoot" / "catalog", *env.folders("MENDPOINT_CATALOG_DIRS"))
#: Hosts are dialled only inside these networks. Lab hosts are dialled on loopback only.
MENDPOINT_ALLOWED_NETWORKS = env.networks(
    "MENDPOINT_ALLOWED_NETWORKS", "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fd00::/8"
)
#: `file:` references to host credentials lie in these folders, as a worker sees them, and nowhere else.
MENDPOINT_CREDENTIAL_FOLDERS = env.paths("MENDPOINT_CREDENTIAL_FOLDERS", "/run/secrets,/etc/mendpoint/secrets")
#: A small company's only admin may be helpdesk and administrator; dangerous actions are then never run by the portal.
MENDPOINT_SOLO_MODE = env.flag("MENDPOINT_SOLO_MODE")
#: What error codes mean may be read without signing in. On by default: the pages hold nothing about the company but
#: its own codes, if it added some, and whoever meets a code often cannot sign in anywhere at that moment.
MENDPOINT_PUBLIC_CODES = env.flag("MENDPOINT_PUBLIC_CODES", default=True)
#: A script that looks from a person's own PC, signed by the company itself, and the name in that signature. None: the
#: page of the own PC offers no file. Mendpoint hands the file out as it is and signs nothing.
MENDPOINT_PC_SCRIPT = env.file("MENDPOINT_PC_SCRIPT")
MENDPOINT_PC_SCRIPT_SIGNER = env.text("MENDPOINT_PC_SCRIPT_SIGNER")
#: One visit to a host ends after this many seconds, whatever the host does.
MENDPOINT_VISIT_SECONDS = env.whole("MENDPOINT_VISIT_SECONDS", 120, least=5, most=3600)
MENDPOINT_PROBE_SECONDS = env.whole("MENDPOINT_PROBE_SECONDS", 10, least=1, most=60)
#: A worker that has not renewed its lease for this long is taken for dead.
MENDPOINT_LEASE_SECONDS = env.whole("MENDPOINT_LEASE_SECONDS", 30, least=3, most=600)
#: A worker that is told to end waits for so long until what it does is finished.
MENDPOINT_DRAIN_SECONDS = env.whole("MENDPOINT_DRAIN_SECONDS", 570, least=1, most=7200)
MENDPOINT_APPROVAL_HOURS = env.whole("MENDPOINT_APPROVAL_HOURS", 4, least=1, most=168)
#: For tests alone: where a process dies. `manage.py check --deploy` refuses it.
MENDPOINT_FAILPOINTS = env.text("MENDPOINT_FAILPOINTS")
#: So much may wait before whoever plans or starts one more is asked to come back later.
MENDPOINT_QUEUE_PER_COMPUTER = env.whole("MENDPOINT_QUEUE_PER_COMPUTER", 5, least=1)
MENDPOINT_QUEUE_PER_SITE = env.whole("MENDPOINT_QUEUE_PER_SITE", 200, least=1)
MENDPOINT_QUEUE_PER_PERSON = env.whole("MENDPOINT_QUEUE_PER_PERSON", 30, least=1)
MENDPOINT_APPROVALS_PER_SITE = env.whole("MENDPOINT_APPROVALS_PER_SITE", 50, least=1)
MENDPOINT_APPROVALS_PER_PERSON = env.whole("MENDPOINT_APPROVALS_PER_PERSON", 10, least=1)

#: How the portal is reached from outside; links in e-mails begin with it.
MENDPOINT_URL = env.text("MENDPOINT_URL", "http://127.0.0.1:8000").rstrip("/")
# Without a mail server messages are kept as files, where an operator can see that mail would have been sent.
EMAIL_HOST = env.text("MENDPOINT_MAIL_HOST")
EMAIL_PORT = env.whole("MENDPOINT_MAIL_PORT", 587, least=1, most=65535)
EMAIL_USE_TLS = env.flag("MENDPOINT_MAIL_TLS", default=True)
EMAIL_HOST_USER = env.text("MENDPOINT_MAIL_USER")
EMAIL_HOST_PASSWORD = env.text("MENDPOINT_MAIL_PASSWORD")
EMAIL_TIMEOUT = 10
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
DEFAULT_FROM_EMAIL = env.text("MENDPOINT_MAIL_FROM", "Mendpoint <mendpoint@localhost>")
