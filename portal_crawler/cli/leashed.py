"""The command line of a process that must not outlive the one that started it.

    python -m portal_crawler.cli.leashed crawl gscn ...

Standard input is the leash: when its other end is gone, however that came about, the command is told to stop as by
SIGTERM, and killed if it does not.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

_GRACE_S = 20.0


def hold() -> None:
    """Wait for the end of standard input, then end this process."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_S)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=hold, daemon=True).start()
    # After the thread: what takes long to import is on the leash, too.
    from portal_crawler.cli import main

    main(prog_name="portal-crawler")
