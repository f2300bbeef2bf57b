"""Machines of their own on this one: network namespaces on a bridge, whose cables can be pulled."""

import os
import shutil
import subprocess
from contextlib import suppress

CAN_BUILD = os.geteuid() == 0 and shutil.which("ip") and shutil.which("unshare")


class Network:
    """A bridge, where the services listen, and machines plugged into it."""

    def __init__(self):
        self._name = f"fs{os.getpid()}"
        self._subnet = f"10.213.{os.getpid() % 250}"
        self._machines = []
        self.address = f"{self._subnet}.1"
        ip("link", "add", self._name, "type", "bridge")
        ip("addr", "add", f"{self.address}/24", "dev", self._name)
        ip("link", "set", self._name, "up")

    def machine(self, name):
        """Plug one in; what to put before a command so that it runs there, under a host name of its own."""
        space, inside = f"{self._name}{name}", f"{self._name}{name}i"
        ip("netns", "add", space)
        self._machines.append(space)
        ip("link", "add", space, "type", "veth", "peer", "name", inside, "netns", space)
        ip("link", "set", space, "master", self._name, "up")
        address = f"{self._subnet}.{len(self._machines) + 1}/24"
        for words in (
            ["addr", "add", address, "dev", inside],
            ["link", "set", inside, "up"],
            ["link", "set", "lo", "up"],
        ):
            ip("-n", space, *words)
        named = ["unshare", "--uts", "sh", "-c", 'hostname "$0"; exec "$@"', name]
        return ["ip", "netns", "exec", space, *named]

    def cut(self, name):
        ip("link", "set", f"{self._name}{name}", "down")

    def mend(self, name):
        ip("link", "set", f"{self._name}{name}", "up")

    def remove(self):
        for space in self._machines:
            with suppress(subprocess.CalledProcessError):
                ip("netns", "del", space)  # its cable goes with it
        ip("link", "del", self._name)


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True)
