"""The program beside a process of the shop that forks a child for each photo (`recommender.decoder`).

It knows Pillow and nothing of the shop. It is one thread, so that it may fork, and small, so that a
fork costs a millisecond or two. A child reads one question and one photo, answers, and is gone.
"""

import gc
import json
import os
import resource
import signal
import socket
import sys
from contextlib import suppress
from typing import Any

import pillow_heif
from PIL import AvifImagePlugin, Image

from recommender.photos import (
    NO_DECODER,
    BadPhoto,
    Crop,
    Limits,
    crop_image,
    open_photo,
)

NICENESS = 10  # pages come first where the processor is scarce
LONGEST_SECONDS = 20  # by the clock
WHOLE_SIDE_PX = 2000  # of a photo that a part is cut from


def main() -> None:
    """Fork a child for each connection that comes in, until nobody is left who might send one."""
    control = socket.socket(fileno=int(sys.argv[1]))
    os.nice(NICENESS)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system buries the children
    Image.init()  # a child may open no further file, so all of Pillow is here by now
    AvifImagePlugin.DEFAULT_MAX_THREADS = pillow_heif.options.DECODE_THREADS = 1
    gc.freeze()
    while connection := _next_connection(control):
        with connection:
            _fork(control, connection)


def _next_connection(control: socket.socket) -> socket.socket | None:
    _note, received, _flags, _address = socket.recv_fds(control, 16, 1)
    return socket.socket(fileno=received[0]) if received else None


def _fork(control: socket.socket, connection: socket.socket) -> None:
    try:
        is_child = os.fork() == 0
    except OSError:
        _refuse(connection, BadPhoto("no_decoder", NO_DECODER))
        return
    if is_child:
        control.close()
        with suppress(OSError):  # whoever asked has gone
            _answer(connection)
        os._exit(0)


def _answer(connection: socket.socket) -> None:
    with connection.makefile("rb") as stream:
        question = json.loads(stream.readline())
        limits = Limits(**question["limits"])
        _keep_within(limits)
        try:
            image = _decode(stream.read(), question, limits)
        except BadPhoto as error:
            _refuse(connection, error)
        else:
            connection.sendall(json.dumps({"size": image.size}).encode() + b"\n")
            connection.sendall(image.tobytes())


def _decode(data: bytes, question: dict[str, Any], limits: Limits) -> Image.Image:
    side = question["max_side_px"]
    if question["crop"] is None:
        return open_photo(data, limits=limits, max_side_px=side)
    part = crop_image(
        open_photo(data, limits=limits, max_side_px=WHOLE_SIDE_PX), Crop(**question["crop"])
    )
    part.thumbnail((side, side), Image.Resampling.LANCZOS)
    return part


def _keep_within(limits: Limits) -> None:
    """Give this process so much and no more; a system that cannot limit one thing limits the others."""
    signal.alarm(LONGEST_SECONDS)
    for what, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_NOFILE, 0),  # it has what it needs, and opens neither file nor connection
        (resource.RLIMIT_CORE, 0),  # a photo is not written to disk because it broke something
        (resource.RLIMIT_FSIZE, 0),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def _refuse(connection: socket.socket, error: BadPhoto) -> None:
    refusal = {"code": error.code, "message": str(error)}
    connection.sendall(json.dumps(refusal).encode() + b"\n")


if __name__ == "__main__":
    main()
