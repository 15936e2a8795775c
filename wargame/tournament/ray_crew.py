"""A crew on many machines, by Ray."""

from __future__ import annotations

import logging
import os
import platform
import re
import secrets
import shutil
import signal
import socket
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

import wargame
from wargame.errors import WargameError
from wargame.tournament.crew import ONE_THREAD, Answer, Outbox, name_of, perform

T = TypeVar("T")

_CONNECT = 5.0
"""Seconds in which the head of a cluster must answer."""
_GREET = 60.0
"""Seconds in which a first worker must answer."""
_AHEAD = 2
"""Jobs the cluster holds for each worker."""
_QUIET = {
    "RAY_usage_stats_enabled": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_DEDUP_LOGS": "1",
    "RAY_enable_metrics_collection": "0",
    # Where its cluster is gone, it would start one of its own at the next call.
    "RAY_ENABLE_AUTO_CONNECT": "0",
    # Where it hopes for a lost head to come back, it can wait for ever, and the head plays on for
    # a driver that was killed.
    "RAY_CLIENT_RECONNECT_GRACE_PERIOD": "0",
}
_FLEETING = "Starting Ray client server failed"
"""What a head says that is too busy to take a driver in just now."""
_MEMORY = 100 << 20
"""Bytes of shared memory of a local cluster: results are small."""


class _Task(NamedTuple):
    job: str
    item: Any
    name: str


class RayCrew:
    """Workers of a Ray cluster, as many as it has processors.

    Args:
        address: ray://HOST:PORT, auto (the cluster of this machine, or of RAY_ADDRESS),
            or local:N for N workers on this machine, which end with this process.

    Raises:
        WargameError: Ray is not installed, nobody answers there, or the cluster runs another
            version of wargame or of Python.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        workers = _workers(address)
        if workers is None:
            _knock(address)
        brought = _token(own=workers is not None)
        self._brought = brought.keys() - os.environ.keys()
        os.environ.update(brought)
        self._ray = _imported()
        self._folder: str | None = None
        self._waiting: deque[_Task] = deque()
        self._running: dict[Any, _Task] = {}
        self._out = Outbox()
        with _own_handlers():
            self._connect(address, workers)
        try:
            self._do = self._ray.remote(num_cpus=1, max_retries=1)(perform)
            self._greet(address)
            self.count = int(self._ray.cluster_resources().get("CPU", 1)) or 1
        except BaseException:
            self.close()
            raise

    def submit(self, job: Callable[[T], Any], item: T, *, name: str = "") -> None:
        """Has a job done as soon as the cluster has a worker free."""
        self._waiting.append(_Task(name_of(job), item, name))
        self._fill()

    def ready(self, timeout: float) -> list[tuple[Any, Any]]:
        """What is done by now, or within `timeout` seconds.

        Raises:
            WargameError: a job raised it, the cluster could not do it, or it is gone.
        """
        try:
            self._fill()
            if self._running:
                self._look(0.0 if self._out else timeout)
                self._fill()
        except Exception as error:
            if not self._means_lost(error):
                raise
            if not self._out:
                raise self._lost(error) from error
        return self._out.take()

    def _look(self, timeout: float) -> None:
        """Takes in what is done."""
        self._ray.wait(list(self._running), num_returns=1, timeout=timeout)
        refs = list(self._running)
        done, _ = self._ray.wait(refs, num_returns=len(refs), timeout=0)
        for ref in done:
            task = self._running[ref]
            self._out.put(task.item, self._answer(ref, task))
            del self._running[ref]

    def _means_lost(self, error: Exception) -> bool:
        told = isinstance(error, ConnectionError | self._ray.exceptions.RayError)
        return told or type(error).__module__.startswith("grpc")

    def _lost(self, error: Exception) -> WargameError:
        return WargameError(
            f"the cluster at {self._address} is gone: {_short(error)}; what was played is kept, "
            "run it again to go on"
        )

    def close(self) -> None:
        """Calls off what is running, and leaves the cluster."""
        with suppress(Exception):  # the cluster may be gone
            for ref in self._running:
                self._ray.cancel(ref, force=True)
        self._running.clear()
        self._waiting.clear()
        self._ray.shutdown()
        for name in self._brought:
            os.environ.pop(name, None)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _fill(self) -> None:
        while self._waiting and len(self._running) < _AHEAD * self.count:
            task = self._waiting.popleft()
            self._running[self._do.remote(task.job, task.item)] = task

    def _answer(self, ref: Any, task: _Task) -> Answer:
        try:
            answer: Answer = self._ray.get(ref)
        except self._ray.exceptions.RayError as error:
            what = f" ({task.name})" if task.name else ""
            return Answer(error=f"the cluster could not do a job{what}: {_short(error)}")
        return answer

    def _connect(self, address: str, workers: int | None) -> None:
        options: dict[str, Any] = {
            "address": address,
            "log_to_driver": False,
            "logging_level": "ERROR",
            "runtime_env": {"env_vars": ONE_THREAD},
        }
        if workers is not None:
            self._folder = _scratch()
            options |= {
                "address": "local",
                "num_cpus": workers,
                "include_dashboard": False,
                "object_store_memory": _MEMORY,
                "_temp_dir": self._folder,
            }
        try:
            self._init(options)
        except Exception as error:  # its own, gRPC's, and plain ones
            self.close()
            told = (
                f"the cluster at {address} cannot be used: {_short(error)} (where it wants a "
                "token, set RAY_AUTH_MODE=token and RAY_AUTH_TOKEN)"
            )
            raise WargameError(told) from error

    def _init(self, options: dict[str, Any]) -> None:
        try:
            self._ray.init(**options)
        except Exception as error:
            if _FLEETING not in str(error):
                raise
            self._ray.init(**options)
        # It would write all over a screen while it looks for a cluster that is gone.
        logging.getLogger("ray.util.client").setLevel(logging.CRITICAL)

    def _greet(self, address: str) -> None:
        here = greeting(None)
        try:
            answer = self._ray.get(self._do.remote(name_of(greeting), None), timeout=_GREET)
            there = answer.get()
        except (self._ray.exceptions.RayError, RuntimeError, ConnectionError) as error:
            raise WargameError(
                f"no worker of the cluster at {address} can work; wargame {wargame.__version__} "
                f"must be installed on every machine: {_short(error)}"
            ) from error
        if here != there:
            raise WargameError(
                f"the cluster at {address} runs {there}, and this machine {here}; they must be "
                "the same for results to be the same"
            )


def greeting(_item: None) -> str:
    """What must be the same on every machine."""
    return f"wargame {wargame.__version__} on Python {platform.python_version()}"


def _token(*, own: bool) -> dict[str, str]:
    """What a cluster that lets in only who has its token wants to see in the environment.

    A cluster of our own gets one that nobody else on the machine knows, and that is written nowhere
    (by itself Ray would leave one in the user's home).
    """
    if os.environ.get("RAY_AUTH_MODE", "token") != "token":
        return {}
    if {"RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"} & os.environ.keys():
        return {"RAY_AUTH_MODE": "token"}
    if own:
        return {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    kept = (Path.home() / ".ray" / "auth_token").exists()
    return {"RAY_AUTH_MODE": "token"} if kept else {}


def _imported() -> Any:
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    try:
        import ray
    except ImportError as error:
        raise WargameError(
            "a cluster needs Ray, which is not installed: pip install wargame[cluster]"
        ) from error
    if ray.is_initialized():
        raise WargameError("this process is part of a Ray cluster already")
    return ray


def _workers(address: str) -> int | None:
    """How many workers a cluster of our own has, or None where it is another's."""
    if not address.startswith("local"):
        return None
    found = re.fullmatch(r"local:([1-9]\d{0,2})", address)
    if found is None:
        raise WargameError(f"a cluster on this machine is local:N, not {address!r}")
    return int(found[1])


def _scratch() -> str:
    """A folder for a cluster of our own; those of processes that were killed are removed."""
    # A short name: Ray's sockets lie deep inside it, and their paths are limited.
    for old in Path(tempfile.gettempdir()).glob("wg-ray-*-*"):
        owner = old.name.split("-")[2]
        if owner.isdecimal() and not _alive(int(owner)):
            shutil.rmtree(old, ignore_errors=True)
    return tempfile.mkdtemp(prefix=f"wg-ray-{os.getpid()}-")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _knock(address: str) -> None:
    """Tells at once that nobody is there, which Ray takes a minute or two for."""
    place = os.environ.get("RAY_ADDRESS", "auto") if address == "auto" else address
    if place == "auto":
        return
    scheme, host, port = _parts(place if address != "auto" or "://" in place else f"ray://{place}")
    if scheme != "ray" or host is None or port is None:
        raise WargameError(f"a cluster is ray://HOST:PORT, auto or local:N, not {place!r}")
    try:
        socket.create_connection((host, port), _CONNECT).close()
    except OSError as error:
        raise WargameError(f"nobody answers at {place}: {error}") from error


def _parts(url: str) -> tuple[str, str | None, int | None]:
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname, parts.port
    except ValueError:
        return "", None, None


def _short(error: Exception) -> str:
    said = error.details() if hasattr(error, "details") else str(error)  # gRPC's has more in it
    lines = [line.strip() for line in str(said).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__


@contextmanager
def _own_handlers() -> Iterator[None]:
    """Ray puts a handler of its own on SIGTERM; ours stays."""
    try:
        before = signal.getsignal(signal.SIGTERM)
        yield
    finally:
        with suppress(ValueError):  # not the main thread, where Ray changes nothing either
            signal.signal(signal.SIGTERM, before)
