"""manage.py demo: a working boutique in one terminal."""

import os
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

import fashionshop
from fashionshop import processes
from fashionshop.embedded import redis_server, redis_url
from fashionshop.models import Product

CATALOGUE = Path(fashionshop.__file__).parent / "demo_catalogue"
LOGIN, PASSWORD = "merchant", "boutique"  # the shop listens on this machine alone

BANNER = """
  The shop is open:   http://127.0.0.1:{port}/
  Its admin:          http://127.0.0.1:{port}/admin/   (login {login}, password {password})
  Its API:            http://127.0.0.1:{port}/api/v1/docs
  Ctrl-C closes it; your data stays in {var}.
"""


class Command(BaseCommand):
    help = "Start a working shop: database, Redis, catalogue, web and worker."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--catalog", help="A real catalogue to load instead of the one that comes with it."
        )
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *, catalog: str | None, port: int, **_options: Any) -> None:
        try:
            processes.check_port(port)  # before an import, which takes a while
        except processes.PortTaken as error:
            raise CommandError(str(error)) from error
        var = Path(settings.VAR_DIR)
        os.environ.setdefault("FASHIONSHOP_VAR", str(var))
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
        # Ctrl-C is how the shop is closed, however far it has come: no error, no traceback.
        with suppress(KeyboardInterrupt):
            call_command("migrate", verbosity=0)
            self._ensure_merchant()
            with self._redis(var):
                call_command("activate_checkpoint", verbosity=0)
                self._load(catalog)
                self._serve(port, var)

    def _redis(self, var: Path) -> AbstractContextManager[object]:
        return redis_server(var) if redis_url(var) == settings.REDIS_URL else nullcontext()

    def _serve(self, port: int, var: Path) -> None:
        def announce() -> None:
            text = BANNER.format(port=port, login=LOGIN, password=PASSWORD, var=var)
            self.stdout.write(self.style.SUCCESS(text))

        if processes.run(port, when_ready=announce):
            raise CommandError("A process of the shop ended; its last lines above say why.")

    def _ensure_merchant(self) -> None:
        users = get_user_model()._default_manager
        if not users.filter(is_superuser=True).exists():
            users.create_superuser(LOGIN, password=PASSWORD)

    def _load(self, catalog: str | None) -> None:
        if catalog:
            call_command("import_catalog", catalog)
        elif not Product.objects.exists():
            call_command("import_catalog", str(CATALOGUE))
