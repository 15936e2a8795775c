"""Jobs for crews under test."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from wargame.errors import WargameError


def double(number: int) -> int:
    return 2 * number


def threads(_item: int) -> tuple[int, int, list[int]]:
    """Process id, torch threads and threads of BLAS libraries."""
    import numpy as np
    import torch
    from threadpoolctl import threadpool_info

    np.ones((2, 2)) @ np.ones((2, 2))
    blas = [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]
    return os.getpid(), torch.get_num_threads(), blas


def refuse(number: int) -> int:
    raise WargameError(f"job {number} was refused: ¬ü")


def blunder(number: int) -> float:
    return number / 0


def sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def spin(seconds: float) -> int:
    """Computes for so many seconds of this process's own time."""
    end, rounds = time.process_time() + seconds, 0
    while time.process_time() < end:
        rounds += 1
    return rounds


def suicide(_item: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def suicide_once(marker: str) -> str:
    """Dies at the first try."""
    path = Path(marker)
    if not path.exists():
        path.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "survived"


def announce(marker: str) -> None:
    """Leaves its process id, then sleeps."""
    Path(f"{marker}-{os.getpid()}").touch()
    time.sleep(600)
