"""While a shop is upgraded, processes of the release before work beside those of this one."""

import io
import shutil
import socket
import subprocess
import sys
import tarfile

import pytest
import requests

from fashionshop import processes
from recommender.models import Picture
from recommender.testing import photo
from tests.chaos.shop import ROOT, is_done, kill, sell, status_of, wait_until
from tests.chaos.test_workers import assert_each_once

BEFORE = "fae1071"  # its photos travel in the message, and its database has no reports of workers


def has_history():
    known = ["git", "cat-file", "-e", f"{BEFORE}^{{commit}}"]
    return (
        shutil.which("git")
        and subprocess.run(known, cwd=ROOT, capture_output=True, check=False).returncode == 0
    )


pytestmark = [
    pytest.mark.chaos,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not has_history(), reason=f"needs the history of this project, {BEFORE}"),
]
SELL = """
import sys, django; django.setup()
from fashionshop.models import Category, Product, ProductPicture, clean_picture
from recommender.testing import photo
category, _created = Category.objects.get_or_create(slug="tops", defaults={"name": "Tops", "slot": "TOP"})
for number in range(*map(int, sys.argv[1:])):
    product = Product.objects.create(sku=f"S{number}", title=f"Top {number}", category=category, price=9, stock=1)
    picture = photo("navy", size=(96, 128 + number))
    ProductPicture.objects.create(product=product, file=clean_picture(picture))
"""


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    """The files of the release before."""
    folder = tmp_path_factory.mktemp("before")
    archive = subprocess.run(
        ["git", "archive", BEFORE], cwd=ROOT, capture_output=True, check=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    return folder


@pytest.fixture
def old(shop, release, tmp_path):
    """Call it to start a command of the release before on this shop's database, Redis and pictures."""

    def start(*command):
        return shop.start(
            command,
            prefix=["env", "-C", str(release)],
            DJANGO_SETTINGS_MODULE="fashionshop.settings",
            FASHIONSHOP_VAR=str(tmp_path),
            PYTHONPATH=str(release),
        )

    return start


def worker_command():
    command = processes.commands(0)["worker"]
    return command[command.index(sys.executable) :]


def search(port):
    """Search with a photo; the status of the answer and how long it took."""
    answer = requests.post(
        f"http://127.0.0.1:{port}/api/v1/search/image",
        photo("navy"),
        headers={"Content-Type": "image/jpeg"},
        timeout=20,
    )
    return answer.status_code, answer.elapsed.total_seconds()


def test_an_old_worker_goes_on_for_a_new_shop(shop, old, findings, note):
    port = shop.start_web()
    sell(20)
    worker = old(*worker_command())
    wait_until(is_done, seconds=60)
    assert_each_once(20)

    status, seconds = search(port)
    sell(5, first=20)
    wait_until(is_done, seconds=30)

    note(f"a photo search was answered {status} after {seconds:.1f} s")
    assert status in {200, 503}
    assert worker.poll() is None
    assert_each_once(25)
    kill(worker)
    shop.start_worker()
    assert search(port)[0] == 200
    assert findings() == ""


def test_an_old_shop_goes_on_with_a_new_worker(shop, old, findings, note):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    worker = shop.start_worker()
    gunicorn = ["gunicorn", "fashionshop.wsgi", "--threads", "4", "--no-control-socket", "--bind"]
    old(sys.executable, "-m", *gunicorn, f"127.0.0.1:{port}")
    assert old(sys.executable, "-c", SELL, "0", "20").wait(60) == 0
    wait_until(is_done, seconds=60)

    status, seconds = search(port)
    assert old(sys.executable, "-c", SELL, "20", "25").wait(60) == 0
    wait_until(is_done, seconds=60)

    note(f"a photo search was answered {status} after {seconds:.1f} s")
    assert status in {200, 503}
    assert status_of(port, f"/product/{Picture.objects.first().product_id}/") == 200
    assert worker.poll() is None
    assert_each_once(25)
    assert findings() == ""
