"""Memory that was freed goes back to the system, instead of staying with the thread that used it."""

import ctypes
from contextlib import suppress

_MMAP_THRESHOLD = -3  # M_MMAP_THRESHOLD of glibc's malloc.h
LARGE_BYTES = 131_072


def return_freed_memory() -> None:
    """Have each large block, such as a picture's pixels, returned as soon as it is freed.

    Left to itself glibc raises what it calls large with every picture up to 32 MB, and each thread
    keeps an arena as large as the most it ever needed. Elsewhere nothing happens, and nothing must.
    """
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, LARGE_BYTES)
