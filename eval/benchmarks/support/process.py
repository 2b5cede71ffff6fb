"""A command run to its end, with what it cost."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Cost(NamedTuple):
    """Wall and CPU seconds, peak memory in megabytes, and what the command printed."""

    seconds: float
    cpu: float
    megabytes: float
    output: str


def run(command: Sequence[str | Path], *, folder: Path, environment: Mapping[str, str] | None = None) -> Cost:
    """Runs the command in `folder`.

    Raises:
        RuntimeError: it failed; the message holds the end of what it said.
    """
    began = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=folder,
        env={**os.environ, "HF_HUB_OFFLINE": "1", **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    output = process.stdout.read().decode()
    process.stdout.close()
    # wait4 tells the peak of this very process; RUSAGE_CHILDREN would tell that of the greatest so far.
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {process.returncode}: {output[-300:]}")
    return Cost(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output)
