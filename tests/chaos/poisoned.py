"""A worker whose decoder is killed by pictures of one size, as by a fault deep in a library."""

import os
import signal

from workers import celery

POISON = (97, 89)
app = celery.app


@app.on_after_finalize.connect
def poison(**_signal):
    from workers import embedding

    decode = embedding.open_photo

    def open_photo(data, **options):
        image = decode(data, **options)
        if image.size == POISON:
            os.kill(os.getpid(), signal.SIGKILL)
        return image

    embedding.open_photo = open_photo
