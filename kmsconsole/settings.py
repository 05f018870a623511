"""Every setting of the service, read from the environment once; the README's table lists them.

A value that cannot be used stops the start with one clear line (:class:`django.core.exceptions.ImproperlyConfigured`).
Combinations that work but are unsafe are system checks in :mod:`kmsconsole.checks`.
"""

import os
import secrets
from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError

from kmsconsole.logs import configuration

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()


def _stop(line: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(line)


def _bool(name: str, default: bool) -> bool:
    try:
        return env.bool(name, default)
    except EnvError as error:
        raise _stop(f"{name}: {os.environ[name]!r} is not a boolean; use 1 or 0.") from error


def _int(name: str, default: int, low: int, high: int) -> int:
    try:
        value = env.int(name, default)
    except EnvError as error:
        raise _stop(f"{name}: {os.environ[name]!r} is not a whole number.") from error
    if not low <= value <= high:
        raise _stop(f"{name}: {value} is outside {low}-{high}.")
    return value


def _rates(name: str) -> dict[str, float]:
    """Return pairs of a quota and a rate, written ``CreateKey=5,symmetric=0.5``."""
    rates = {}
    for pair in _names(name, []):
        quota, _, rate = pair.rpartition("=")
        try:
            rates[quota.strip()] = float(rate)
        except ValueError as error:
            raise _stop(f"{name}: {pair!r} is not a quota, an equals sign and a number.") from error
        if not 0 < rates[quota.strip()] <= 1_000_000:
            raise _stop(f"{name}: the rate of {pair!r} is outside 0-1000000.")
    return rates


def _names(name: str, default: list[str]) -> list[str]:
    return [part.strip() for part in env.list(name, default) if part.strip()]


# --- where things are -------------------------------------------------------------------------------------------------
DATA_DIR = Path(env.str("KMS_DATA_DIR", str(BASE_DIR / "var"))).resolve()


def _create_private(path: Path, content: str) -> None:
    """Create a file that only this user can read; never overwrite one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(content)


def _secret_key() -> str:
    """Return Django's secret key: ``KMS_SECRET_KEY``, or the data folder's own, made on first start."""
    given = env.str("KMS_SECRET_KEY", "")
    if given:
        if len(given) < 32:
            raise _stop("KMS_SECRET_KEY: at least 32 characters are needed.")
        return given
    path = DATA_DIR / "secret.key"
    if not path.exists():
        try:
            _create_private(path, secrets.token_urlsafe(64))
        except FileExistsError:
            pass  # another worker was first
        except OSError as error:
            raise _stop(f"KMS_DATA_DIR: cannot write to {DATA_DIR}: {error.strerror}.") from error
    return path.read_text(encoding="ascii").strip()


SECRET_KEY = _secret_key()

# --- the door ---------------------------------------------------------------------------------------------------------
DEBUG = False
ALLOWED_HOSTS = _names("KMS_ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
KMS_TLS = _bool("KMS_TLS", False)  # a TLS proxy stands in front: secure cookies, HSTS, redirect
KMS_TRUSTED_PROXIES = _names("KMS_TRUSTED_PROXIES", [])
if KMS_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = KMS_TLS
SECURE_HSTS_SECONDS = 31_536_000 if KMS_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = KMS_TLS
SECURE_HSTS_PRELOAD = KMS_TLS
SESSION_COOKIE_SECURE = KMS_TLS
CSRF_COOKIE_SECURE = KMS_TLS
LANGUAGE_COOKIE_SECURE = KMS_TLS
SESSION_COOKIE_NAME = "kms_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600  # seconds: a console session ends after 12 hours, as on AWS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_NAME = "kms_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],  # the nonce is for the JSON editor, which writes a style sheet of its own
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
# A request body: KMS's largest call is CreateKey with a 131,072-character policy; the console also takes files.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
# Uploads are plaintext and key material: they stay in memory, and what is larger than the limit is not taken at all.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
KMS_API_MAX_BODY_BYTES = 1_048_576

# --- what runs --------------------------------------------------------------------------------------------------------
ROOT_URLCONF = "kmsconsole.urls"
WSGI_APPLICATION = "kmsconsole.wsgi.application"
INSTALLED_APPS = [
    "accounts",
    "keys",
    "policies",
    "audit",
    "kmsconsole",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "guardian",
    "template_partials",
    "csp",
    "axes",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kmsconsole.web.shell.remember_region",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {
                "console": "kmsconsole.web.templatetags.console",
                "console_forms": "kmsconsole.web.templatetags.console_forms",
            },
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "kmsconsole.web.shell.shell",
            ],
        },
    }
]
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True

# --- the database -----------------------------------------------------------------------------------------------------
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def _database() -> dict[str, Any]:
    url = env.str("DATABASE_URL", f"sqlite:///{DATA_DIR / 'kms.sqlite3'}")
    try:
        database = dict(env.dj_db_url("DATABASE_URL", url))
    except Exception as error:
        raise _stop("DATABASE_URL: not a database address; use sqlite:///PATH or postgres://...") from error
    if database["ENGINE"] == "django.db.backends.sqlite3":
        # INVARIANT: every transaction takes the write lock when it begins, so none fails half way with "locked".
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 10,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;"
            " PRAGMA mmap_size=268435456; PRAGMA wal_autocheckpoint=2000;",
        }
        # Tests run on a file too: the audit writer has a connection of its own.
        database["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
        Path(str(database["NAME"])).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    elif database["ENGINE"] == "django.db.backends.postgresql":
        database["CONN_MAX_AGE"] = 600
        database["CONN_HEALTH_CHECKS"] = True
    else:
        raise _stop("DATABASE_URL: only sqlite and postgres are supported.")
    return database


DATABASES = {"default": _database()}

# --- people -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.Principal"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "kmsconsole.web.authenticate.ConsoleBackend",
    "guardian.backends.ObjectPermissionBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
# The policy that a new AWS account has: at least 8 characters of three kinds.
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "accounts:sign_in"
ANONYMOUS_USER_NAME: str | None = None  # guardian: no anonymous principal
GUARDIAN_MONKEY_PATCH_USER = False
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "kmsconsole.web.authenticate.client_address"
AXES_USERNAME_CALLABLE = "kmsconsole.web.authenticate.throttle_name"
AXES_LOCKOUT_CALLABLE = "kmsconsole.web.authenticate.locked_out"
AXES_VERBOSE = False

# --- languages and time -----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ko", "한국어"), ("vi", "Tiếng Việt")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- the service ------------------------------------------------------------------------------------------------------
KMS_REGIONS = _names(
    "KMS_REGIONS",
    [
        "us-east-1",
        "us-east-2",
        "us-west-2",
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-southeast-1",
        "eu-west-1",
        "eu-central-1",
    ],
)
if not KMS_REGIONS:
    raise _stop("KMS_REGIONS: name at least one Region.")
KMS_DEFAULT_REGION = env.str("KMS_DEFAULT_REGION", KMS_REGIONS[0])
if KMS_DEFAULT_REGION not in KMS_REGIONS:
    raise _stop(f"KMS_DEFAULT_REGION: {KMS_DEFAULT_REGION!r} is not among KMS_REGIONS.")
KMS_ROOT_KEY_SOURCE = env.str("KMS_ROOT_KEY_SOURCE", "file")  # file, env, or secret-file
if KMS_ROOT_KEY_SOURCE not in ("file", "env", "secret-file"):
    raise _stop(f"KMS_ROOT_KEY_SOURCE: {KMS_ROOT_KEY_SOURCE!r} is not one of file, env, secret-file.")
KMS_ROOT_KEY = env.str("KMS_ROOT_KEY", "")  # base64 of 32 bytes, with the source env
KMS_ROOT_KEY_FILE = env.str("KMS_ROOT_KEY_FILE", "")  # with the source secret-file
KMS_ROTATION_SECONDS = _int("KMS_ROTATION_SECONDS", 30, 0, 86_400)  # how long an on-demand rotation takes
KMS_REQUEST_QUOTAS = _bool("KMS_REQUEST_QUOTAS", False)  # AWS's request rates, with ThrottlingException
KMS_REQUEST_RATES = _rates("KMS_REQUEST_RATES")  # other rates than AWS's, by the names of operations.throttling
# Resource quotas, AWS's own by default.
KMS_MAX_KEYS = _int("KMS_MAX_KEYS", 100_000, 1, 10_000_000)
KMS_MAX_ALIASES_PER_KEY = _int("KMS_MAX_ALIASES_PER_KEY", 50, 1, 100)  # a page of ListAliases
KMS_MAX_GRANTS_PER_KEY = _int("KMS_MAX_GRANTS_PER_KEY", 50_000, 1, 1_000_000)
# PEM file of the root certificate behind enclaves' attestation documents; without it, Recipient is refused.
KMS_ATTESTATION_ROOT = env.str("KMS_ATTESTATION_ROOT", "")
# Whether the wizard offers ML-KEM keys, whose wording on the real console is not known; the API always does.
KMS_ML_KEM_CONSOLE = _bool("KMS_ML_KEM_CONSOLE", False)
# How long a new replica shows Creating, and both keys Updating when the primary Region changes.
KMS_REPLICATION_SECONDS = _int("KMS_REPLICATION_SECONDS", 5, 0, 3_600)
KMS_GALLERY = _bool("KMS_GALLERY", False)  # pages with every component, for development and tests
KMS_DEMO = _bool("KMS_DEMO", True)
KMS_DEMO_PASSWORD = env.str("KMS_DEMO_PASSWORD", "")
KMS_LOG_LEVEL = env.str("KMS_LOG_LEVEL", "INFO").upper()
if KMS_LOG_LEVEL not in ("DEBUG", "INFO", "WARNING", "ERROR"):
    raise _stop(f"KMS_LOG_LEVEL: {KMS_LOG_LEVEL!r} is not one of DEBUG, INFO, WARNING, ERROR.")
KMS_WORKERS = _int("KMS_WORKERS", 1 if "sqlite" in DATABASES["default"]["ENGINE"] else os.cpu_count() or 1, 1, 64)
KMS_THREADS = _int("KMS_THREADS", 32, 2, 256)
KMS_UPKEEP_SECONDS = _int("KMS_UPKEEP_SECONDS", 60, 0, 86_400)  # how often the server looks for what is due; 0: never

LOGGING = configuration(KMS_LOG_LEVEL)
