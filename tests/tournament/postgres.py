"""A real PostgreSQL server for tests, of its own folder, port and password."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

USER = "wargame"
PASSWORD = "open-sesame"


def binaries() -> Path | None:
    """The folder of initdb and postgres, or None."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).parent
    known = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(known, key=lambda path: int(path.parts[-3]), default=None)
    return None if newest is None else newest.parent


def _somebody() -> dict[str, Any]:
    """Whom to run it as: it refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    chosen = names.get("postgres") or names["nobody"]
    return {"user": chosen.pw_uid, "group": chosen.pw_gid, "extra_groups": []}


class Server:
    """A running server."""

    def __init__(self, folder: Path, bin_: Path) -> None:
        self.folder, self._bin = folder, bin_
        self._who = _somebody()
        self._run: subprocess.Popen[bytes] | None = None
        self._made = 0
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        if self._who:
            os.chown(folder, self._who["user"], self._who["group"])
        secret = folder / "secret"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        initdb: list[str | Path] = [
            bin_ / "initdb",
            "-D",
            folder / "data",
            "-U",
            USER,
            "-A",
            "scram-sha-256",
        ]
        initdb += [f"--pwfile={secret}", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run(initdb, check=True, capture_output=True, cwd=folder, **self._who)
        self.start()

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command: list[str | Path] = [self._bin / "postgres", "-D", self.folder / "data", *options]
        with (self.folder / "log").open("ab") as log:
            run: subprocess.Popen[bytes] = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self.folder, **self._who
            )
        self._run = run
        end = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=5).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > end or run.poll() is not None:
                    raise
                time.sleep(0.05)

    def stop(self) -> None:
        """Ends it at once, as a crash of its machine would."""
        if self._run is not None:
            self._run.send_signal(signal.SIGQUIT)
            self._run.wait(timeout=30)
            self._run = None

    def url(self, database: str) -> str:
        """The address of a database."""
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def fresh(self) -> str:
        """The address of a new, empty database."""
        self._made += 1
        name = f"fresh{self._made}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)


@contextmanager
def running() -> Iterator[Server]:
    """A server that ends with the block; without PostgreSQL tests are skipped, but not on CI."""
    bin_ = binaries()
    if bin_ is None:
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL is not installed")
        pytest.skip("PostgreSQL is not installed")
    # Not below pytest's own folder, which nobody else may enter.
    folder = Path(tempfile.mkdtemp(prefix="wargame-postgres-"))
    server = None
    try:
        server = Server(folder, bin_)
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
