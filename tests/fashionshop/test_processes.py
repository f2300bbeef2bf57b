"""The demo's processes in one terminal."""

from datetime import datetime

from honcho.printer import Message

from fashionshop.processes import _Printer


class BusyOutput:
    """A terminal on which a line is being printed already, as a signal handler finds it."""

    def write(self, text):
        raise RuntimeError("reentrant call inside <_io.BufferedWriter name='<stdout>'>")


def test_ctrl_c_in_the_middle_of_a_line_loses_a_line_and_nothing_else():
    line = Message("line", "SIGINT received", datetime.now(), "system", None)

    assert _Printer(BusyOutput()).write(line) is None
