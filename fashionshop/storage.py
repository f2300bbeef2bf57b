"""Pictures on the shop's own disk: whole or not there, and never twice."""

import os
from uuid import uuid4

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage


class WholeFiles(FileSystemStorage):
    """Writes beside a file and then renames, so that no page and no worker reads half a picture.

    Pictures are named by their bytes: a name that is taken holds what is being saved, and a process
    killed between file and row leaves nothing that the next one would not write just so.
    """

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def is_name_available(self, name: str, max_length: int | None = None) -> bool:
        return True

    def _save(self, name: str, content: File) -> str:
        part = super()._save(f"{name}.{uuid4().hex}.part", content)
        os.replace(self.path(part), self.path(name))
        return name
