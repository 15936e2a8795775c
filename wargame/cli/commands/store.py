"""`wargame store`: the artifacts kept on this machine, or shared by many."""

from __future__ import annotations

import argparse
import re

from wargame.cli import options

DESCRIPTION = """\
Everything that is made (models, attacks, measurements) is kept under the digest of all that it
follows from, so nothing is made twice. The store can be removed at any time: it only costs time.
It lies in WARGAME_STORE, else in the user's cache folder. WARGAME_STORE is a folder, or the URL
of one that many machines share: s3://, gs://, sftp://, ftp:// or another that fsspec knows (what
it needs for S3, say, is installed with pip install s3fs). What was read is cached on this machine.
"""
EPILOG = """\
examples:
  wargame store info
  wargame store verify
  wargame store gc --older-than 30d
"""
_UNITS = {"m": 60, "h": 3600, "d": 86400, "w": 604800}


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the command's arguments."""
    todo = parser.add_subparsers(dest="todo", required=True, metavar="info|verify|gc")
    for name, what in (
        ("info", "where it lies, how many artifacts of which kind, and what they cost"),
        ("verify", "read everything; damaged artifacts are removed (exit code 1 if any)"),
        ("gc", "remove what was made long ago"),
    ):
        sub = todo.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
        options.json(sub, "one object")
        if name == "gc":
            sub.add_argument(
                "--older-than",
                type=_age,
                default="30d",
                metavar="AGE",
                help="such as 12h, 30d or 8w (30d); 0d removes everything",
            )


def _age(text: str) -> float:
    found = re.fullmatch(r"(\d{1,6})([mhdw])", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"expected an age such as 12h, 30d or 8w, not {text!r}")
    return int(found[1]) * _UNITS[found[2]]


def run(args: argparse.Namespace) -> int:
    """Looks, checks or cleans."""
    return {"info": _info, "verify": _verify, "gc": _gc}[args.todo](args)


def _info(args: argparse.Namespace) -> int:
    from wargame.cli.output import print_json, size, table
    from wargame.game.setup import default_store

    store = default_store()
    kinds: dict[str, list[float]] = {}
    for _key, meta in store.metas():
        if meta is not None:
            kind = kinds.setdefault(meta.kind, [0, 0, 0.0])
            kind[0], kind[1], kind[2] = kind[0] + 1, kind[1] + meta.bytes, kind[2] + meta.seconds
    total = [sum(each[i] for each in kinds.values()) for i in range(3)]
    if args.json:
        names = ("artifacts", "bytes", "seconds")
        print_json(
            {
                "root": store.place,
                **dict(zip(names, total, strict=True)),
                "kinds": {k: dict(zip(names, v, strict=True)) for k, v in sorted(kinds.items())},
            }
        )
        return 0
    rows = [
        (kind, f"{n:,.0f}", size(b), f"{s:,.1f} s")
        for kind, (n, b, s) in sorted([*kinds.items()], key=lambda item: -item[1][1])
    ]
    print(store.place)
    print(
        table(
            ("kind", "artifacts", "size", "time to make"),
            [*rows, ("all", f"{total[0]:,.0f}", size(total[1]), f"{total[2]:,.1f} s")],
        )
    )
    return 0


def _verify(args: argparse.Namespace) -> int:
    from wargame.cli.output import print_json
    from wargame.game.setup import default_store

    store = default_store()
    check = store.verify()
    if args.json:
        print_json({"root": store.place, "whole": check.whole, "damaged": check.damaged})
    else:
        for key in check.damaged:
            print(f"damaged and removed: {key}")
        print(f"{store.place}: {check.whole:,} artifacts whole, {len(check.damaged):,} damaged")
    return 1 if check.damaged else 0


def _gc(args: argparse.Namespace) -> int:
    import time

    from wargame.cli.output import print_json, size
    from wargame.game.setup import default_store

    store = default_store()
    count, freed = store.collect(older_than=time.time() - args.older_than)
    if args.json:
        print_json({"root": store.place, "removed": count, "bytes": freed})
    else:
        print(f"{store.place}: removed {count:,} artifacts, {size(freed)}")
    return 0
