"""The tables of results: plain columns for whoever asks in SQL, canonical JSON for ourselves."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    inspect,
    select,
)

from wargame.errors import WargameError

VERSION = 1
"""Of these tables; a program that changes them counts it up."""

metadata = MetaData()

schema = Table("wargame_schema", metadata, Column("version", Integer, primary_key=True))

tournaments = Table(
    "wargame_tournaments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(40), nullable=False, unique=True),
    Column("title", Text, nullable=False),
    # What results follow from, as canonical JSON: see `Terms.facts`.
    Column("facts", Text, nullable=False),
)


def _of_tournament(*, key: bool = True) -> Column[int]:
    return Column(
        "tournament", Integer, ForeignKey(tournaments.c.id), primary_key=key, nullable=False
    )


packages = Table(
    "wargame_packages",
    metadata,
    # Of the submission; tournaments share equal ones.
    Column("digest", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

entrants = Table(
    "wargame_entrants",
    metadata,
    _of_tournament(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", String(40), nullable=False),
    Column("title", Text, nullable=False),
    Column("joined", Integer, nullable=False),
    Column("left", Integer),
    # Canonical JSON of the entrant, without the packages.
    Column("entrant", Text, nullable=False),
    UniqueConstraint("tournament", "name"),
)

requests = Table(
    "wargame_requests",
    metadata,
    Column("id", Integer, primary_key=True),
    _of_tournament(key=False),
    Column("name", String(40), nullable=False),
    # Of whoever wants in; null where somebody wants out.
    Column("entrant", Text),
)

rounds = Table(
    "wargame_rounds",
    metadata,
    _of_tournament(),
    Column("number", Integer, primary_key=True, autoincrement=False),
)

fixtures = Table(
    "wargame_fixtures",
    metadata,
    _of_tournament(),
    Column("match", String(200), primary_key=True),
    Column("round", Integer, nullable=False),
    Column("scenario", String(41), nullable=False),
    Column("attacker", String(40), nullable=False),
    Column("defender", String(40), nullable=False),
    Column("seed", BigInteger, nullable=False),
    ForeignKeyConstraint(["tournament", "round"], [rounds.c.tournament, rounds.c.number]),
)

matches = Table(
    "wargame_matches",
    metadata,
    _of_tournament(),
    Column("match", String(200), primary_key=True),
    Column("attacker", String(40), nullable=False),
    Column("defender", String(40), nullable=False),
    Column("winner", String(8)),
    Column("mission", Float, nullable=False),
    Column("par", Float, nullable=False),
    Column("attacker_status", String(8), nullable=False),
    Column("defender_status", String(8), nullable=False),
    Column("seconds", Float, nullable=False),
    # The truth: canonical JSON of the result, and SHA-256 of it.
    Column("result", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    # zlib: the record, and canonical JSON of each side's standard error.
    Column("record", LargeBinary, nullable=False),
    Column("output", LargeBinary, nullable=False),
    ForeignKeyConstraint(["tournament", "match"], [fixtures.c.tournament, fixtures.c.match]),
)


def create(connection: Connection) -> None:
    """Makes the tables that are not there; call it where no other process does so too.

    Raises:
        WargameError: there are tables of a newer program.
    """
    if not exist(connection):
        metadata.create_all(connection)
        connection.execute(schema.insert().values(version=VERSION))


def exist(connection: Connection) -> bool:
    """Whether the tables are there.

    Raises:
        WargameError: they are a newer program's.
    """
    if not inspect(connection).has_table(schema.name):
        return False
    found = connection.execute(select(schema.c.version)).scalar()
    if found is not None and found > VERSION:
        raise WargameError(
            f"the results have version {found}, and this program reads up to {VERSION}; "
            "update wargame"
        )
    return found is not None
