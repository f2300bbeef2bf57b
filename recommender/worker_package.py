"""Where the package of the workers lies, if it is installed here: the plug-in knows its name alone."""

from importlib.util import find_spec
from pathlib import Path

from recommender import conf


def worker_package() -> Path | None:
    """The folder of the package that `WORKERS` names, found without importing it."""
    spec = find_spec(conf.get("WORKERS"))
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])
