"""`wargame data`: data sets."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from wargame.cli import options

DESCRIPTION = """\
Data sets to play on. The embedded terrain needs no download and stands in for EuroSAT until the
real tiles are here. Your own data: class folders of images (also zipped), or one npz file with
x_train, y_train, x_test, y_test, class_names.
"""
EPILOG = """\
examples:
  wargame data list
  wargame data fetch eurosat
  wargame data fetch mine --url https://example.org/mine.zip --sha256 0123...
  wargame data add ~/pictures/leaves leaves
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the command's arguments."""
    todo = parser.add_subparsers(dest="todo", required=True, metavar="list|fetch|add")
    listing = todo.add_parser("list", help="the data sets in reach", description="Lists them.")
    options.json(listing, "a list")
    fetching = todo.add_parser(
        "fetch",
        help="download a data set; its hash is checked",
        description="Downloads the whole file or nothing; the hash must match the publisher's.",
    )
    fetching.add_argument("name", metavar="NAME", help="eurosat, or a new name with --url")
    fetching.add_argument("--url", help="another address, such as a mirror")
    fetching.add_argument("--sha256", help="the hash to be checked, 64 hex digits")
    options.json(fetching, "one object with the path")
    adding = todo.add_parser(
        "add",
        help="make your own data known by a name",
        description="Loads and checks the data, then remembers its place under the name.",
    )
    adding.add_argument("path", type=Path, metavar="PATH", help="folder, npz file or zip")
    adding.add_argument("name", metavar="NAME", help="what a scenario calls it")
    options.json(adding, "one object")


def run(args: argparse.Namespace) -> int:
    """Lists, fetches or adds."""
    return {"list": _list, "fetch": _fetch, "add": _add}[args.todo](args)


def _list(args: argparse.Namespace) -> int:
    from wargame.cli.output import print_json, table
    from wargame.data.fetch import SOURCES
    from wargame.data.sources import list_available

    rows = list_available()
    if args.json:
        print_json([asdict(row) for row in rows])
        return 0
    told = [
        (
            row.name,
            row.origin,
            f"{row.n_train:,} + {row.n_test:,}",
            "x".join(map(str, row.shape)),
            str(len(row.class_names)),
            row.where,
        )
        for row in rows
    ]
    print(table(("data", "origin", "train + test", "size", "classes", "where"), told))
    for name, source in SOURCES.items():
        if not any(row.name.startswith(name) for row in rows):
            print(
                f"\n`wargame data fetch {name}` downloads {name}: {_size(source.bytes)}, "
                f"{source.licence}"
            )
    return 0


def _fetch(args: argparse.Namespace) -> int:
    from wargame.cli.guard import say
    from wargame.cli.output import Progress, print_json
    from wargame.data.fetch import SOURCES, fetch

    source = SOURCES.get(args.name)
    if args.url:
        say(f"fetching {args.name} from {args.url}")
    elif source is not None:
        say(f"fetching {args.name}: {_size(source.bytes)} from {source.url} ({source.licence})")
    with Progress() as progress:

        def show(done: int, total: int) -> None:
            of = f" of {_size(total)}" if total else ""
            progress(f"{_size(done)}{of}", 0, 0)

        path = fetch(args.name, url=args.url, sha256=args.sha256, progress=show)
    if args.json:
        print_json({"name": args.name, "path": str(path)})
    else:
        print(f"{args.name} is here: {path}")
    return 0


def _add(args: argparse.Namespace) -> int:
    from wargame.cli.output import print_json
    from wargame.data.sources import add, describe

    found = add(args.path, args.name)
    if args.json:
        print_json(
            {
                "name": found.name,
                "digest": found.digest,
                "n_train": len(found.x_train),
                "n_test": len(found.x_test),
                "shape": list(found.image_shape),
                "class_names": list(found.class_names),
            }
        )
    else:
        print(f"added {args.name}: {describe(found)}")
    return 0


def _size(count: int) -> str:
    from wargame.cli.output import size

    return size(count)
