"""Decodes what strangers send, each photo in a process of its own that ends with it.

A file of a few kilobytes can cost gigabytes, minutes, or the process that decodes it. So no process
of the shop decodes a stranger's bytes, nor even their header: it has a helper beside it
(`recommender.decoder_helper`) that forks a child for each photo, with limits on memory, seconds and
files. What comes back are pixels, counted, or a refusal; a child that meets its limits is one, too.
"""

import atexit
import json
import os
import socket
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path

from PIL import Image

from recommender.photos import (
    MERCHANT,
    NO_DECODER,
    TOO_COSTLY,
    BadPhoto,
    Crop,
    Limits,
    check_bytes,
)

ANSWER_SECONDS = 20  # by the clock; on a busy machine a second of work may take several
LONGEST_LINE = 2_000  # bytes; a refusal in words
RGB_BYTES = 3  # a pixel
# What Python may need to start; nothing else of the shop's environment, least of all its secrets.
INHERITED = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME")


def decode_photo(
    data: bytes, *, limits: Limits = MERCHANT, max_side_px: int = 2000, crop: Crop | None = None
) -> Image.Image:
    """Decode a photo, or a part of it, into an upright RGB image of at most `max_side_px` a side.

    The same picture as `open_photo` gives; this process pays for the pixels alone.

    Raises:
        BadPhoto: what is wrong with the photo or the part, for people; `too_costly` where it took
            more memory or time than a photo takes, `no_decoder` where no process could be had.
    """
    check_bytes(data, limits=limits)
    question = {
        "limits": asdict(limits),
        "max_side_px": max_side_px,
        "crop": crop and asdict(crop),
    }
    with _helper.child() as child:
        try:
            child.settimeout(ANSWER_SECONDS)
            child.sendall(json.dumps(question).encode() + b"\n" + data)
            child.shutdown(socket.SHUT_WR)
            return _read_answer(child, max_side_px=max_side_px)
        except (OSError, EOFError) as error:  # it was ended, or works longer than anybody waits
            raise BadPhoto("too_costly", TOO_COSTLY) from error


def _read_answer(child: socket.socket, *, max_side_px: int) -> Image.Image:
    """Read pixels or a refusal; a decoder that was taken over can send no more than those."""
    with child.makefile("rb") as stream:
        answer = json.loads(stream.readline(LONGEST_LINE) or b"{}")
        if "code" in answer:
            raise BadPhoto(answer["code"], answer["message"])
        width, height = answer.get("size", (0, 0))
        if not (0 < width <= max_side_px and 0 < height <= max_side_px):
            raise EOFError
        pixels = stream.read(width * height * RGB_BYTES)
    if len(pixels) < width * height * RGB_BYTES:
        raise EOFError
    return Image.frombytes("RGB", (width, height), pixels)


class _Helper:
    """The helper of this process: started when it is first needed, and again where it is gone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0  # what was forked off the process that started it has none of its own

    def child(self) -> socket.socket:
        """A connection to a child that waits for one photo.

        Raises:
            BadPhoto: no process can be had.
        """
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            try:
                self._send(theirs)
            except OSError as error:
                ours.close()
                raise BadPhoto("no_decoder", NO_DECODER) from error
        return ours

    def _send(self, connection: socket.socket) -> None:
        control = self._control if self._owner == os.getpid() else None
        try:
            socket.send_fds(control or self._start(), [b"photo"], [connection.fileno()])
        except BrokenPipeError:  # somebody has ended it
            socket.send_fds(self._start(), [b"photo"], [connection.fileno()])

    def close(self) -> None:
        """End the helper, unless it is another process's."""
        if self._control is not None:
            self._control.close()
        if self._process is not None and self._owner == os.getpid():
            self._process.wait()  # its line is closed, so it is gone or going

    def _start(self) -> socket.socket:
        self.close()
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 -- our own program, our own arguments
                [_python(), "-P", "-m", "recommender.decoder_helper", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=_environment(),
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C ends the shop; the helper goes with whom it helps
            )
        self._owner = os.getpid()
        return self._control


def _python() -> str:
    """The interpreter; where a server has embedded one, `sys.executable` is that server."""
    if Path(sys.executable).name.startswith("python"):
        return sys.executable
    return str(Path(sys.prefix) / "bin" / "python3")


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return kept | {"PYTHONPATH": os.pathsep.join(folder or os.getcwd() for folder in sys.path)}


_helper = _Helper()
atexit.register(_helper.close)
