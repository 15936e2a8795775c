"""Questions and changes that results are made of, each within a transaction of its caller."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Table, func, insert, select

from wargame.errors import WargameError
from wargame.store import canonical
from wargame.tournament import rows, tables
from wargame.tournament.entrant import Entrant
from wargame.tournament.outcome import Fixture


def tournaments(connection: Connection) -> dict[str, int]:
    """All tournaments of a database: name to number."""
    table = tables.tournaments
    found = connection.execute(select(table.c.name, table.c.id).order_by(table.c.name))
    return {row.name: row.id for row in found}


def entries(connection: Connection, own: int) -> Sequence[Row[Any]]:
    """Rows of entrants, in order of entry."""
    table = tables.entrants
    query = select(table).where(table.c.tournament == own).order_by(table.c.number)
    return connection.execute(query).all()


def requests(connection: Connection, own: int) -> Sequence[Row[Any]]:
    """Rows of those who wait to come or go, in the order they asked."""
    table = tables.requests
    query = select(table).where(table.c.tournament == own).order_by(table.c.id)
    return connection.execute(query).all()


def asking(connection: Connection, own: int, *, comes: bool) -> set[str]:
    """Names of those who wait to come, or to go."""
    found = requests(connection, own)
    return {row.name for row in found if (row.entrant is not None) is comes}


def free(connection: Connection, own: int, name: str) -> None:
    """Checks that nobody has a name.

    Raises:
        WargameError: somebody has or had it.
    """
    for row in entries(connection, own):
        if row.name == name:
            gone = "" if row.left is None else ", though it has left"
            raise WargameError(f"there is an entrant called {name} already{gone}")


def add(connection: Connection, own: int, entrant: Entrant, number: int) -> None:
    """Puts an entrant behind the others, to play from a round on."""
    table = tables.entrants
    last = select(func.max(table.c.number)).where(table.c.tournament == own)
    put_packages(connection, entrant)
    row = {
        "tournament": own,
        "number": (connection.execute(last).scalar() or 0) + 1,
        "name": entrant.name,
        "title": entrant.title,
        "joined": number,
        "left": None,
        "entrant": canonical(entrant.to_json()).decode(),
    }
    connection.execute(insert(table).values(row))


def put_packages(connection: Connection, entrant: Entrant) -> None:
    """Puts an entrant's packages where they are not there yet."""
    for submission in entrant.by.values():
        content = submission.package
        if content is not None and not package(connection, submission.digest):
            row = {"digest": submission.digest, "content": content}
            connection.execute(insert(tables.packages).values(row))


def package(connection: Connection, digest: str) -> dict[str, bytes]:
    """A package under its digest, or nothing where it is not there."""
    table = tables.packages
    found = connection.execute(select(table.c.content).where(table.c.digest == digest)).scalar()
    return {} if found is None else {digest: bytes(found)}


def digests(entrant: Any) -> list[str]:
    """The digests of an entrant's submissions, as its JSON tells them."""
    by = entrant.get("by", {}) if isinstance(entrant, dict) else {}
    told = [each.get("digest") for each in by.values() if isinstance(each, dict)]
    return [each for each in told if isinstance(each, str)]


def drawn(connection: Connection, own: int) -> dict[int, list[Fixture]]:
    """The rounds, in order; each sorted."""
    table = tables.rounds
    numbers = select(table.c.number).where(table.c.tournament == own).order_by(table.c.number)
    found: dict[int, list[Fixture]] = {row.number: [] for row in connection.execute(numbers)}
    matches = select(tables.fixtures).where(tables.fixtures.c.tournament == own)
    for each in sorted(rows.fixture(row) for row in connection.execute(matches)):
        if each.round not in found:
            raise rows.damaged(f"round {each.round} is gone")
        found[each.round].append(each)
    return found


def match(connection: Connection, table: Table, own: int, key: str) -> Row[Any] | None:
    """The row of a match in a table, or None."""
    query = select(table).where(table.c.tournament == own, table.c.match == key)
    return connection.execute(query).first()
