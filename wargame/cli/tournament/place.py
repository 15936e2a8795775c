"""Where a tournament lies: its file, its folder of results, its database."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wargame.tournament.results import Results
    from wargame.tournament.terms import Terms


def configure(parser: argparse.ArgumentParser) -> None:
    """FILE and --out."""
    parser.add_argument("file", metavar="FILE", type=Path, help="the tournament's YAML file")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="its folder of results (beside FILE, called like it without the ending)",
    )


def folder(args: argparse.Namespace) -> Path:
    """The folder of results."""
    file: Path = args.file
    out: Path | None = args.out
    return out if out is not None else file.with_suffix("") if file.suffix else Path(f"{file}-out")


def address(terms: Terms, out: Path) -> str:
    """The URL of the database."""
    from wargame.tournament.database import address_of, from_base

    if terms.results is None:
        return address_of(out / "results.db")
    return from_base(terms.results, terms.base)


def results(terms: Terms, out: Path, *, new: bool = False) -> Results:
    """The results, opened.

    Args:
        terms: of the tournament.
        out: its folder.
        new: whether the tournament may begin here; else it must have begun.

    Raises:
        WargameError: the database cannot be used, or nothing was played yet.
    """
    from wargame.errors import WargameError
    from wargame.jsonlines import writing
    from wargame.tournament.results import Results

    if terms.results is None:
        if new:
            with writing(out):
                out.mkdir(parents=True, exist_ok=True)
        elif not (out / "results.db").exists():
            raise WargameError(
                f"there are no results in {out} yet: start with `wargame tournament run`"
            )
    return Results(address(terms, out), terms.name)
