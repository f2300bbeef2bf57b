"""The shop's settings on services of their own: embedded PostgreSQL with pgvector, and Redis.

The servers start here because Django reads its database address once, with the settings.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import psycopg

from fashionshop.embedded import provide_database

os.environ.setdefault("OMP_NUM_THREADS", "1")
if "FASHIONSHOP_VAR" not in os.environ:
    os.environ["FASHIONSHOP_VAR"] = tempfile.mkdtemp(prefix="fashionshop-")
    atexit.register(shutil.rmtree, os.environ["FASHIONSHOP_VAR"], ignore_errors=True)
VAR = Path(os.environ["FASHIONSHOP_VAR"])
VAR.chmod(0o755)  # PostgreSQL does not run as root and must reach its folder

# Under `pytest -n` the first process starts PostgreSQL, where each worker has a database of its own
# (pytest-django names it); files and Redis lie in the worker's own folder. A process that a test
# starts inherits both names, and the worker's folder with them.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
if WORKER and VAR.name != WORKER:
    VAR /= WORKER
    VAR.mkdir()
    server = os.environ["REDIS_URL"].removesuffix("/0")
    is_embedded = server == f"unix://{VAR.parent}/redis/redis.sock"
    number = WORKER.removeprefix("gw")
    os.environ["REDIS_URL"] = (
        f"unix://{VAR}/redis/redis.sock" if is_embedded else f"{server}/{number}"
    )
    os.environ["FASHIONSHOP_VAR"] = str(VAR)

if "DATABASE_URL" not in os.environ:
    provide_database(VAR)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        # Trade the safety of a crash for speed: this database is thrown away.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
os.environ.setdefault("REDIS_URL", f"unix://{VAR}/redis/redis.sock")

from fashionshop.settings import *  # noqa: E402, F403

del DATABASES["default"]["OPTIONS"]["pool"]  # noqa: F405 -- databases of tests come and go
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_ROOT.mkdir(exist_ok=True)  # noqa: F405 -- whitenoise warns of a folder that is not there
WHITENOISE_AUTOREFRESH = True  # looks a file up when it is asked for, not all for each test client
# Tests of pages and the API need no Redis for what they count; those that do ask for `shared_cache`.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
