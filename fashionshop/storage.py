"""Pictures on the shop's own disk: whole or not there, and never twice."""

import errno
import os
import time
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.utils.translation import gettext

PARTS = "parts"
PART_KEPT_SECONDS = 3600  # no save takes that long: whoever wrote it was killed
FULL = {errno.ENOSPC, errno.EDQUOT}


class StorageFull(OSError):  # noqa: N818 -- reads as what is wrong
    """There is no room left on the shop's disk."""

    def __str__(self) -> str:
        return gettext(
            "There is no room left on the shop's disk, and what you sent last was not saved. "
            "Free some space, then send it again."
        )


class WholeFiles(FileSystemStorage):
    """Writes to one side and then renames, so that no page and no worker reads half a picture.

    Pictures are named by their bytes: a name that is taken holds what is being saved, and a process
    killed between file and row leaves nothing that the next one would not write just so.
    """

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def is_name_available(self, name: str, max_length: int | None = None) -> bool:
        return True

    def _save(self, name: str, content: File) -> str:
        """Store a file.

        Raises:
            StorageFull: the disk is full; what was written of the file is gone again.
        """
        part, whole = Path(self.path(f"{PARTS}/{uuid4().hex}")), Path(self.path(name))
        try:
            self._sweep_parts()
            super()._save(f"{PARTS}/{part.name}", content)
            whole.parent.mkdir(parents=True, exist_ok=True)
            os.replace(part, whole)
        except OSError as error:
            if error.errno in FULL:
                raise StorageFull(*error.args) from error
            raise
        finally:
            part.unlink(missing_ok=True)
        return name

    def _sweep_parts(self) -> None:
        """Delete what killed processes left behind."""
        for part in Path(self.path(PARTS)).glob("*"):
            with suppress(FileNotFoundError):  # its writer is done with it
                if time.time() - part.stat().st_mtime > PART_KEPT_SECONDS:
                    part.unlink()
