"""What a tournament leaves beside its database: the page, tables for spreadsheets, JSON."""

from __future__ import annotations

from pathlib import Path

from wargame.store import open_store
from wargame.tournament.export import document, write_csv, write_json
from wargame.tournament.page.page import write_page
from wargame.tournament.placed import placed
from wargame.tournament.results import Results
from wargame.tournament.standings import Standings
from wargame.tournament.terms import Terms

PAGE = "index.html"


def so_far(terms: Terms, results: Results) -> Standings:
    """The standings, with intervals."""
    return placed(
        terms.make_format(),
        results.entrants(),
        results.rounds(),
        results.results(),
        seed=terms.seed,
    )


def titles(results: Results) -> dict[str, str]:
    """What entrants are called beside their names."""
    return {entry.name: entry.entrant.title for entry in results.entrants()}


def write(out: Path, terms: Terms, results: Results, found: Standings, store: str) -> None:
    """Writes everything into a folder, which is made where it is not there.

    Args:
        out: the folder.
        terms: of the tournament.
        results: of the tournament.
        found: the standings.
        store: where the matches' tiles are.

    Raises:
        WargameError: it cannot be written.
    """
    write_tables(out, terms, results, found)
    write_pages(out / PAGE, terms, results, found, store)


def write_tables(out: Path, terms: Terms, results: Results, found: Standings) -> None:
    """Writes the CSV files and results.json."""
    played, called = results.results(), titles(results)
    write_csv(out, found, played, titles=called)
    facts = {"title": terms.title, **terms.facts()}
    write_json(out / "results.json", document(facts, found, played, titles=called))


def write_pages(path: Path, terms: Terms, results: Results, found: Standings, store: str) -> None:
    """Writes the page."""
    write_page(
        path,
        title=terms.title,
        terms=terms,
        standings=found,
        results=results.results(),
        record=results.kept,
        store=open_store(store),
        titles=titles(results),
    )
