"""Who comes to the shop during a soak: shoppers, programs, photographers, a merchant, an owner."""

import io
import json
import random
import re
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import requests
from PIL import Image

from workers.checkpoints import CARD, SHIPPED

ROOT = Path(__file__).parents[2]
GARMENTS = sorted((ROOT / "fashionshop/demo_catalogue/images").glob("*"))
COLOURS = ("crimson", "navy", "olive", "ivory", "black", "orange", "teal", "plum")
MERCHANT = {"username": "merchant", "password": "boutique"}
KEPT = 10  # products of the soak's own, before the merchant begins to delete the oldest
PATIENCE_SECONDS = 30


class Visitor(threading.Thread):
    """Does one thing again and again, with a pause; counts the answers and how long they took."""

    def __init__(self, name: str, act: Callable[[], int], *, pause: float) -> None:
        super().__init__(name=name, daemon=True)
        self._act, self._pause = act, pause
        self.is_closing = threading.Event()
        self.answers: Counter[str] = Counter()
        self.seconds: list[float] = []

    def run(self) -> None:
        while not self.is_closing.wait(self._pause):
            start = time.monotonic()
            try:
                self.answers[str(self._act())] += 1
            except Exception as error:  # noqa: BLE001 -- whatever it is, the soak says so at its end
                self.answers[f"{type(error).__name__}: {error}"[:200]] += 1
            self.seconds.append(time.monotonic() - start)

    @property
    def failures(self) -> dict[str, int]:
        return {answer: n for answer, n in self.answers.items() if answer not in {"200", "302"}}


class Crowd:
    """All visitors of one shop."""

    def __init__(self, port: int, var: Path, environment: dict[str, str]) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._environment = environment
        self._random = random.Random(0)  # noqa: S311 -- a load, no secret
        self._line: dict[int, requests.Session] = defaultdict(requests.Session)
        self._products = self._ids()
        self._sold: list[int] = []
        self._sent = 0
        self._versions = ["visual", str(_second_version(var))]
        self.visitors = [
            Visitor("pages", self.look, pause=0.5),
            Visitor("API", self.ask, pause=0.5),
            Visitor("photos", self.search, pause=7),  # fewer a minute than one address may send
            Visitor("uploads and deletions", self.trade, pause=10),
            Visitor("switches", self.switch, pause=120),
        ]

    def come(self) -> None:
        for visitor in self.visitors:
            visitor.start()

    def leave(self) -> None:
        for visitor in self.visitors:
            visitor.is_closing.set()
        for visitor in self.visitors:
            visitor.join(4 * PATIENCE_SECONDS)

    def look(self) -> int:
        """Look at the first page or at a product."""
        product = self._random.choice([*self._products, *self._sold[-1:]])
        return self._get(self._random.choice(["/", *3 * [f"/product/{product}/"]]))

    def ask(self) -> int:
        """Ask as a program does."""
        product = self._random.choice(self._products)
        strip = self._random.choice(["similar", "goes-with", "outfits"])
        return self._get(f"/api/v1/products/{product}/{strip}")

    def search(self) -> int:
        """Search with a photo."""
        data = self._random.choice(GARMENTS).read_bytes()
        headers = {"Content-Type": "image/jpeg"}
        return self._post("/api/v1/search/image", data=data, headers=headers).status_code

    def trade(self) -> int:
        """Put a product with a new picture on sale, or delete the oldest of those."""
        if not self._sent:
            self._submit("/admin/login/", **MERCHANT)
        if len(self._sold) > KEPT and self._random.random() < 0.5:
            path = f"/admin/fashionshop/product/{self._sold.pop(0)}/delete/"
            return self._submit(path, post="yes").status_code
        self._sent += 1
        colour = COLOURS[self._sent % len(COLOURS)]
        picture = _photo(colour, seed=self._sent)
        answer = self._submit(
            "/admin/fashionshop/product/add/",
            files={"add_pictures": (f"{self._sent}.jpg", picture, "image/jpeg")},
            **{"sku": f"soak {self._sent}", "title": f"{colour} {self._sent}", "category": "1"},
            **{"price": "9", "stock": "3", "gender": "WOMEN", "season": "SUMMER"},
            **{"is_published": "on", "_continue": "on"},
        )
        self._sold.append(int(re.findall(r"/product/(\d+)/change/", answer.url)[0]))
        return answer.status_code

    def switch(self) -> int:
        """Let the other version serve."""
        self._versions.reverse()
        command = [sys.executable, "manage.py", "activate_checkpoint", self._versions[0], "--now"]
        subprocess.run(
            command, cwd=ROOT, env=self._environment, check=True, capture_output=True, timeout=120
        )
        return 200

    def _ids(self) -> list[int]:
        answer = requests.get(f"{self.url}/api/v1/products", timeout=PATIENCE_SECONDS)
        return [int(product["id"]) for product in answer.json()["items"]]

    def _session(self) -> requests.Session:
        return self._line[threading.get_ident()]

    def _get(self, path: str) -> int:
        return self._session().get(self.url + path, timeout=PATIENCE_SECONDS).status_code

    def _post(self, path: str, **how: object) -> requests.Response:
        return self._session().post(self.url + path, timeout=PATIENCE_SECONDS, **how)

    def _submit(self, path: str, *, files: object = None, **form: str) -> requests.Response:
        """Fill in a form of the admin as it was shown."""
        shown = self._session().get(self.url + path, timeout=PATIENCE_SECONDS)
        shown.raise_for_status()
        hidden = dict(re.findall(r'type="hidden" name="([\w-]+)" value="([^"]*)"', shown.text))
        referer = {"Referer": self.url + path}
        answer = self._post(path, data=hidden | form, files=files, headers=referer)
        answer.raise_for_status()
        if "errornote" in answer.text:
            raise ValueError(f"{path} was not taken: {re.findall('errorlist.*', answer.text)}")
        return answer


def _photo(colour: str, *, seed: int) -> bytes:
    """A garment of a cloth that no other has."""
    image, buffer = Image.new("RGB", (900, 1200), "white"), io.BytesIO()
    threads = random.Random(seed).randbytes(9)  # noqa: S311 -- a pattern, no secret
    cloth = Image.frombytes("L", (3, 3), threads).resize((450, 600))
    image.paste(Image.new("RGB", (450, 600), colour), (225, 300), cloth)
    image.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def _second_version(var: Path) -> Path:
    """The shipped visual encoder under another version: its vectors are made, and switched to, like any."""
    folder = var / "visual-soak"
    shutil.copytree(SHIPPED / "visual", folder)
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    (folder / CARD).write_text(json.dumps(card | {"version": "soak"}), encoding="utf-8")
    return folder
