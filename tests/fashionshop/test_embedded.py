"""PostgreSQL and Redis out of Python packages: they come, are shared, and go."""

import os

import psycopg
import pytest
import redis

from fashionshop import embedded
from fashionshop.embedded import (
    ServiceNotStarted,
    provide_database,
    redis_server,
    redis_url,
)


def is_up(url):
    return embedded._answers(url)


def test_redis_runs_while_the_block_lasts(tmp_path):
    with redis_server(tmp_path) as url:
        assert redis.Redis.from_url(url).set("a", 1)

    assert not is_up(url)


def test_redis_listens_where_its_folder_says(tmp_path):
    with redis_server(tmp_path) as url:
        assert url == redis_url(tmp_path)


def test_redis_is_not_reachable_from_other_machines(tmp_path):
    with redis_server(tmp_path) as url:
        assert redis.Redis.from_url(url).config_get("port") == {"port": "0"}


def test_redis_writes_nothing_to_disk_but_its_log(tmp_path):
    with redis_server(tmp_path) as url:
        redis.Redis.from_url(url).set("photo", "a stranger's")

    assert [path.name for path in (tmp_path / "redis").iterdir()] == ["log"]


def test_what_redis_wrote_to_disk_in_earlier_versions_is_deleted(tmp_path):
    kept = ("appendonly.aof", "dump.rdb", "appendonlydir/appendonly.aof.1.incr.aof")
    (tmp_path / "redis" / "appendonlydir").mkdir(parents=True)
    for name in kept:
        (tmp_path / "redis" / name).write_text("a stranger's photo")

    with redis_server(tmp_path):
        assert [name for name in kept if (tmp_path / "redis" / name).exists()] == []


def test_a_redis_left_over_from_a_killed_run_is_adopted_and_stopped(tmp_path):
    (tmp_path / "redis").mkdir()
    leftover = embedded._start_redis(tmp_path / "redis", embedded._socket_path(tmp_path / "redis"))
    embedded._wait_for(redis_url(tmp_path), log=tmp_path / "redis" / "log")

    with redis_server(tmp_path) as url:
        assert redis.Redis.from_url(url).info("server")["process_id"] == leftover.pid

    assert leftover.wait(10) == 0


def test_a_redis_that_was_killed_is_started_again_over_its_stale_socket(tmp_path):
    (tmp_path / "redis").mkdir()
    socket = embedded._socket_path(tmp_path / "redis")
    killed = embedded._start_redis(tmp_path / "redis", socket)
    embedded._wait_for(redis_url(tmp_path), log=tmp_path / "redis" / "log")
    killed.kill()
    killed.wait()
    assert socket.exists()

    with redis_server(tmp_path) as url:
        assert is_up(url)


def test_redis_stops_when_the_block_fails(tmp_path):
    with pytest.raises(ZeroDivisionError), redis_server(tmp_path) as url:
        raise ZeroDivisionError

    assert not is_up(url)


def test_a_redis_that_dies_in_the_block_is_no_second_error(tmp_path):
    with redis_server(tmp_path) as url:
        embedded._stop_redis(url, None)

    assert not is_up(url)


def test_a_folder_too_deep_for_a_socket_gets_one_in_the_systems_own(tmp_path):
    deep = tmp_path / ("d" * 60) / ("e" * 60)

    assert len(str(embedded._socket_path(deep))) <= embedded.SOCKET_PATH_LIMIT
    with redis_server(deep) as url:
        assert is_up(url)


def test_what_does_not_start_says_why(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded, "START_SECONDS", 0.1)
    log = tmp_path / "log"
    log.write_text("Fatal: out of luck")

    with pytest.raises(ServiceNotStarted, match="out of luck"):
        embedded._wait_for(f"unix://{tmp_path}/none.sock", log=log)


def test_a_redis_that_cannot_use_its_folder_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded, "START_SECONDS", 1)
    (tmp_path / "redis" / "redis.sock").mkdir(parents=True)

    with pytest.raises(ServiceNotStarted, match="socket"), redis_server(tmp_path):
        pass


def test_a_database_of_ones_own_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/shop")

    provide_database(tmp_path)

    assert os.environ["DATABASE_URL"] == "postgresql://elsewhere/shop"
    assert list(tmp_path.iterdir()) == []


def test_the_embedded_database_has_a_pgvector_without_known_faults():
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        (version,) = connection.execute(
            "SELECT default_version FROM pg_available_extensions WHERE name = 'vector'"
        ).fetchone()

    assert tuple(map(int, version.split("."))) >= (0, 8, 4)
