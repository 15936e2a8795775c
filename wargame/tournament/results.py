"""What a tournament has come to: entrants, rounds and results in a database."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import Connection, delete, insert, select, update

from wargame import catalog
from wargame.errors import WargameError
from wargame.store import canonical
from wargame.tournament import queries, rows, tables
from wargame.tournament.database import Conflict, Database
from wargame.tournament.entrant import Entrant, Entry, check_name
from wargame.tournament.outcome import Fixture, Kept, MatchResult

if TYPE_CHECKING:
    from wargame.tournament.terms import Terms

Admit = Callable[[Entrant, int], None]
"""Raises WargameError where an entrant cannot join in a round; see `Format.admit`."""


class Results:
    """The results of one tournament; others may lie in the same database.

    A context manager. One process plays (`claim`); any number of others may read, and ask for
    entrants to come or to go.

    Args:
        url: `sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST:PORT/NAME`.
        tournament: its name.

    Raises:
        WargameError: this and every method, where the database cannot be used or is damaged.
    """

    def __init__(self, url: str, tournament: str) -> None:
        check_name(tournament)
        self.tournament = tournament
        self._database = Database(url)
        self._id: int | None = None
        self._packages: dict[str, bytes] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Gives the database and the claim back."""
        self._database.close()

    def claim(self) -> None:
        """Takes the tournament for this process, until it ends or closes.

        Raises:
            WargameError: another process plays it.
        """
        self._database.claim(self.tournament)

    def begin(self, terms: Terms) -> None:
        """Makes the tournament where it is new, and else checks that it is the same.

        Raises:
            WargameError: its terms were others; names the first difference.
        """
        facts = canonical(terms.facts()).decode()
        where = tables.tournaments.c.name == self.tournament
        with self._database.writing() as connection:
            self._database.alone(connection)
            tables.create(connection)
            known = connection.execute(select(tables.tournaments.c.facts).where(where)).scalar()
            if known is None:
                row = {"name": self.tournament, "title": terms.title, "facts": facts}
                connection.execute(insert(tables.tournaments).values(row))
                return
            differs = rows.difference(rows.loaded(known), json.loads(facts))
            if differs is not None:
                raise WargameError(
                    f"the tournament {self.tournament} was begun with other terms: {differs}; "
                    "change that back, or give the tournament another name"
                )
            connection.execute(update(tables.tournaments).where(where).values(title=terms.title))

    def add(self, entrant: Entrant, *, first_round: int) -> None:
        """An entrant that may play from this round on.

        Raises:
            WargameError: there is or was one of that name.
        """
        with self._writing() as (connection, own):
            self._database.alone(connection)
            queries.free(connection, own, entrant.name)
            queries.add(connection, own, entrant, first_round)

    def ask_in(self, entrant: Entrant) -> None:
        """Asks whoever plays the tournament to let an entrant in with the next round.

        Raises:
            WargameError: there is or was one of that name, or one has asked already.
        """
        table = tables.requests
        with self._writing() as (connection, own):
            self._database.alone(connection)
            queries.free(connection, own, entrant.name)
            if entrant.name in queries.asking(connection, own, comes=True):
                raise WargameError(f"{entrant.name} has asked to come already")
            queries.put_packages(connection, entrant)
            told = canonical(entrant.to_json()).decode()
            row = {"tournament": own, "name": entrant.name, "entrant": told}
            connection.execute(insert(table).values(row))

    def ask_out(self, name: str) -> None:
        """Asks whoever plays the tournament to let nobody meet an entrant from the next round on.

        Raises:
            WargameError: there is none of that name, or it has left or asked already.
        """
        with self._writing() as (connection, own):
            there = {row.name: row.left for row in queries.entries(connection, own)}
            coming = queries.asking(connection, own, comes=True)
            if name not in there and name not in coming:
                raise catalog.unknown("entrant", name, (*there, *coming))
            if there.get(name) is not None or name in queries.asking(connection, own, comes=False):
                raise WargameError(f"{name} has left already, or has asked to")
            row = {"tournament": own, "name": name, "entrant": None}
            connection.execute(insert(tables.requests).values(row))

    def settle(self, round: int, admit: Admit | None = None) -> list[str]:
        """Lets in and out who asked to, before a round is drawn.

        Args:
            round: the one that is drawn next.
            admit: asked before anybody is let in; who is refused is told in the words.

        Returns:
            What changed or was refused, in words.
        """
        table = tables.requests
        with self._reading() as (connection, own):
            if not queries.requests(connection, own):
                return []
        with self._writing() as (connection, own):
            words = []
            for row in queries.requests(connection, own):
                words.append(self._settled(connection, own, row, round, admit))
                connection.execute(delete(table).where(table.c.id == row.id))
        return words

    def _settled(
        self, connection: Connection, own: int, row: Any, number: int, admit: Admit | None
    ) -> str:
        if row.entrant is None:
            table = tables.entrants
            mine = (table.c.tournament == own) & (table.c.name == row.name)
            found = connection.execute(update(table).where(mine).values(left=number))
            return f"{row.name} " + (
                f"leaves before round {number}" if found.rowcount else "is gone"
            )
        try:
            entrant = self._entrant(connection, row.entrant)
            queries.free(connection, own, entrant.name)
            if admit is not None:
                admit(entrant, number)
        except WargameError as error:
            return f"{row.name} was not let in: {error}"
        queries.add(connection, own, entrant, number)
        return f"{row.name} joins with round {number}"

    def entrants(self) -> list[Entry]:
        """Everybody who ever entered, in order of entry."""
        with self._reading() as (connection, own):
            return [
                rows.entry(row, self._entrant(connection, row.entrant))
                for row in queries.entries(connection, own)
            ]

    def plan(self, number: int, fixtures: Sequence[Fixture]) -> None:
        """Keeps a round that was drawn; the same one twice changes nothing.

        Raises:
            WargameError: the round has other fixtures already, or one before it is missing.
        """
        with self._writing() as (connection, own):
            known = queries.drawn(connection, own)
            if known.get(number) == sorted(fixtures):
                return
            if number != max(known, default=0) + 1:
                raise WargameError(f"round {number} cannot be drawn now: there are {len(known)}")
            if any(fixture.round != number for fixture in fixtures):
                raise WargameError(f"not all of these are fixtures of round {number}")
            row = {"tournament": own, "number": number}
            connection.execute(insert(tables.rounds).values(row))
            if fixtures:
                told = [rows.of_fixture(own, fixture) for fixture in fixtures]
                connection.execute(insert(tables.fixtures), told)

    def rounds(self) -> dict[int, list[Fixture]]:
        """The rounds drawn so far, in order; each sorted."""
        with self._reading() as (connection, own):
            return queries.drawn(connection, own)

    def keep(self, result: MatchResult, kept: Kept) -> None:
        """Keeps a match that was played, whole or not at all.

        Raises:
            WargameError: it was kept already, or was never drawn.
        """
        key = result.fixture.key
        row = rows.of_match(result, kept)
        try:
            with self._writing() as (connection, own):
                drawn = queries.match(connection, tables.fixtures, own, key)
                if drawn is None or rows.fixture(drawn) != result.fixture:
                    raise WargameError(f"the match {key} was never drawn")
                if queries.match(connection, tables.matches, own, key) is not None:
                    raise Conflict(key)
                connection.execute(insert(tables.matches).values(tournament=own, **row))
        except Conflict:
            raise WargameError(f"the match {key} was played already; its result stands") from None

    def results(self) -> list[MatchResult]:
        """All results, sorted by fixture."""
        table = tables.matches
        with self._reading() as (connection, own):
            query = select(table.c.result, table.c.digest).where(table.c.tournament == own)
            found = [rows.result(row) for row in connection.execute(query)]
        return sorted(found, key=lambda result: result.fixture)

    def kept(self, key: str) -> Kept:
        """What is kept of a match beside its result.

        Raises:
            WargameError: it was not played.
        """
        with self._reading() as (connection, own):
            row = queries.match(connection, tables.matches, own, key)
            if row is None:
                raise WargameError(f"there is no result of a match {key[:200]!r}")
            return rows.kept(row)

    @contextmanager
    def _reading(self) -> Iterator[tuple[Connection, int]]:
        with self._database.reading() as connection:
            yield connection, self._own(connection)

    @contextmanager
    def _writing(self) -> Iterator[tuple[Connection, int]]:
        with self._database.writing() as connection:
            yield connection, self._own(connection)

    def _own(self, connection: Connection) -> int:
        """The tournament's number in this database."""
        if self._id is None:
            known = queries.tournaments(connection) if tables.exist(connection) else {}
            if self.tournament not in known:
                raise WargameError(
                    f"there are no results of a tournament {self.tournament!r} in {self._database}"
                    + (f"; {catalog.suggest(self.tournament, tuple(known))}" if known else "")
                )
            self._id = known[self.tournament]
        return self._id

    def _entrant(self, connection: Connection, text: str) -> Entrant:
        data = rows.loaded(text)
        for digest in queries.digests(data):
            if digest not in self._packages:
                self._packages |= queries.package(connection, digest)
        return Entrant.from_json(data, self._packages)
