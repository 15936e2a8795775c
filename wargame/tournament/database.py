"""A database of results: SQLite in a file, or PostgreSQL.

SQLite keeps its rollback journal, not the write-ahead log: that one needs memory shared between
processes, which no network drive gives, and a tournament writes one small row a match. Each
transaction is on the disk before it returns, and a killed one is undone by whoever opens the file
next.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    SQLAlchemyError,
)

from wargame.errors import WargameError
from wargame.jsonlines import claimed, writing

BUSY = 30
"""Seconds to wait while another process writes."""
_LINGER = 2
"""Seconds to wait for a claim."""
_CONNECT = 10
"""Seconds to wait for a server."""
_SHARED = 0x77617267
"""Advisory lock of whoever changes what tournaments share."""
_POSTGRES = ("postgres", "postgresql", "postgresql+psycopg")


def address_of(file: Path) -> str:
    """The address of a SQLite database in a file, whatever characters its path holds."""
    return URL.create("sqlite", database=str(file.absolute())).render_as_string()


def from_base(address: str, base: Path) -> str:
    """An address; a file of SQLite is looked for from this folder.

    Raises:
        WargameError: it is no address of results.
    """
    url = _parsed(address)
    return address_of(base / str(url.database)) if url.drivername == "sqlite" else address


class Conflict(WargameError):  # noqa: N818  (it tells what happened)
    """There is such a row already."""


class Database:
    """Connections to one database; may be used from several threads.

    Args:
        address: `sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST:PORT/NAME`.

    Raises:
        WargameError: it is no such address, or what it needs is not installed.
    """

    def __init__(self, address: str) -> None:
        self._url = _parsed(address)
        self.is_file = self._url.drivername == "sqlite"
        self._engine = self._made()
        self._turn = threading.RLock()
        self._held: Connection | None = None
        self._lock: FileIO | None = None

    def __str__(self) -> str:
        if self.is_file:
            return str(self._url.database)
        return self._url.set(query={}).render_as_string(hide_password=True)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads.

        Raises:
            WargameError: the database cannot be used, or breaks off.
        """
        with self._transaction(write=False) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction; it is kept whole where the block ends, and not at all where it raises.

        Raises:
            WargameError: the database cannot be used, or breaks off.
        """
        with self._transaction(write=True) as connection:
            yield connection

    @contextmanager
    def _transaction(self, *, write: bool) -> Iterator[Connection]:
        with self._turn, self._told():
            if self._held is not None:
                # What holds the claim also writes: SQLAlchemy would connect anew, without it.
                if self._held.invalidated:
                    raise WargameError(f"the connection to {self} was lost; run it again to go on")
                with self._held.begin():
                    yield self._held
                return
            with self._engine.connect() as connection:
                connection = connection.execution_options(wargame_write=write)
                with connection.begin():
                    yield connection

    def alone(self, connection: Connection) -> None:
        """Waits until no other process is in such a transaction: for what tournaments share."""
        if not self.is_file:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SHARED})

    def claim(self, name: str) -> None:
        """Takes a tournament for this process, until `close` or its end, however it ends.

        Raises:
            WargameError: another process has it, or the database cannot be used.
        """
        taken = f"{self} is in use: another process plays the tournament; wait for its end"
        if self.is_file:
            path = Path(f"{self._url.database}.lock")
            with writing(path):
                self._lock = claimed(path, taken)
            return
        with self._turn, self._told():
            connection = self._engine.connect()
            try:
                if not _locked(connection, _key(name)):
                    raise WargameError(taken)
            except BaseException:
                connection.close()
                raise
            self._held = connection

    def close(self) -> None:
        """Gives everything back; idempotent."""
        with self._turn:
            if self._held is not None:
                # The claim ends with its connection, which must not go back to the pool.
                with suppress(SQLAlchemyError):
                    self._held.execute(text("SELECT pg_advisory_unlock_all()"))
                self._held.invalidate()
                self._held.close()
                self._held = None
            if self._lock is not None:
                self._lock.close()
                self._lock = None
            self._engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError as error:
            raise Conflict(f"{self}: {self._scrubbed(error.orig or error)}") from None
        except DBAPIError as error:
            raise WargameError(self._words(error)) from None
        except SQLAlchemyError as error:
            raise WargameError(f"{self}: {self._scrubbed(error)}") from None
        except UnicodeDecodeError as error:
            # A damaged schema, which SQLite quotes in its own message.
            raise WargameError(f"{self} is damaged: {error.reason}") from None

    def _words(self, error: DBAPIError) -> str:
        said = self._scrubbed(error.orig or error)
        if self.is_file and ("not a database" in said or "malformed" in said):
            return f"{self} is damaged, or no database of results ({said})"
        if self.is_file and "locked" in said:
            return f"{self} was written by another process for more than {BUSY} seconds"
        if error.connection_invalidated:
            return f"the connection to {self} was lost: {said}; run it again to go on"
        return f"{self} cannot be used: {said}"

    def _scrubbed(self, error: BaseException) -> str:
        said = " ".join(str(error).split())[:400]
        secrets = [self._url.password, *self._url.query.values()]
        for secret in secrets:
            if isinstance(secret, str) and len(secret) > 2:
                said = said.replace(secret, "***")
        return said

    def _made(self) -> Engine:
        if self.is_file:
            engine = create_engine(self._url, connect_args={"timeout": BUSY})
            event.listen(engine, "connect", _set_up_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
            return engine
        arguments = {"connect_timeout": _CONNECT, "client_encoding": "utf8"}
        try:
            return create_engine(self._url, connect_args=arguments)
        except (ModuleNotFoundError, ImportError) as error:
            raise WargameError(
                "PostgreSQL needs psycopg, which is not installed: pip install wargame[cluster]"
            ) from error


def _parsed(address: str) -> URL:
    # No message shows the address: there may be a password in it.
    try:
        url = make_url(address)
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise WargameError(
            "the address of the results is none: write sqlite:///FILE or "
            "postgresql://USER:PASSWORD@HOST:PORT/NAME"
        ) from error
    if url.drivername in _POSTGRES:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername != "sqlite":
        raise WargameError(f"results are kept in SQLite or PostgreSQL, not in {url.drivername!r}")
    if not url.database or url.database.startswith((":memory:", "file:")) or url.query:
        raise WargameError("results in SQLite are kept in a plain file: write sqlite:///FILE")
    return url


def _key(name: str) -> int:
    """A tournament's advisory lock: a signed number of 64 bits."""
    told = hashlib.sha256(f"wargame tournament {name}".encode()).digest()
    return int.from_bytes(told[:8], "big", signed=True)


def _locked(connection: Connection, key: int) -> bool:
    # A server takes a moment to see that the process which had the lock was killed.
    end = time.monotonic() + _LINGER
    while True:
        query = text("SELECT pg_try_advisory_lock(:key)")
        got = bool(connection.execute(query, {"key": key}).scalar())
        connection.commit()
        if got or time.monotonic() > end:
            return got
        time.sleep(0.05)


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    # Transactions are begun by us: the driver would begin them at the first change only.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")


def _begin_sqlite(connection: Connection) -> None:
    # Whoever reads first and writes later would be turned away by another writer in between.
    write = connection.get_execution_options().get("wargame_write", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
