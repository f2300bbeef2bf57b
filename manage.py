#!/usr/bin/env python
"""Django's command line, with a database of its own when none is configured."""

import os
import sys
from pathlib import Path

from fashionshop.embedded import provide_database, redis_url

VAR = Path(os.environ.get("FASHIONSHOP_VAR", Path(__file__).resolve().parent / "var"))
# Commands that must work where no database can be had, as while an image is being built.
WITHOUT_DATABASE = {
    *("collectstatic", "spectacular", "makemessages", "compilemessages"),
    *("help", "--help"),
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fashionshop.settings")
    if not WITHOUT_DATABASE.intersection(sys.argv[1:2]):
        provide_database(VAR)
        os.environ.setdefault("REDIS_URL", redis_url(VAR))
    from django.core.management import execute_from_command_line  # noqa: PLC0415 -- settings read the environment

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
