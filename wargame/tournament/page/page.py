"""Writes the page: one HTML file with everything in it.

The browser shows the standings before it has read the matches: their bulk stands at the end of the
file, packed, and each is unpacked when it is opened. Scripts and styles run by their hash alone,
and nothing may be fetched, so that nothing a stranger wrote can do anything.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wargame.jsonlines import place, writing
from wargame.tournament.outcome import Kept, MatchResult
from wargame.tournament.page.data import index, names
from wargame.tournament.page.story import Story, tell
from wargame.tournament.page.tiles import Album, Shelf, collect
from wargame.tournament.page.words import harmless

if TYPE_CHECKING:
    from wargame.tournament.standings import Standings
    from wargame.tournament.terms import Terms

MOST_BYTES = 14_500_000
"""Of the whole page: the tiles take what the rest leaves of it."""
_HERE = Path(__file__).parent
_STYLES = ("base.css", "tables.css", "match.css")
_SCRIPTS = (
    "base.js", "charts.js", "standings.js", "matrix.js", "mix.js", "entrants.js", "matches.js",
    "round.js", "match.js", "main.js",
)  # fmt: skip


def write_page(
    path: Path,
    *,
    title: str,
    terms: Terms,
    standings: Standings,
    results: Sequence[MatchResult],
    record: Callable[[str], Kept],
    store: Shelf,
    titles: Mapping[str, str] | None = None,
) -> None:
    """Writes the page whole or not at all; the same input gives the same bytes.

    Args:
        path: the HTML file; one that is there is replaced.
        title: of the tournament.
        terms: of the tournament.
        standings: over these results.
        results: in any order.
        record: what is kept of a match, by its key; asked once for each.
        store: where the records' tiles are; those it has lost are told as lost.
        titles: of the entrants, by name; those in the terms' file where it is not given.

    Raises:
        WargameError: the file cannot be written.
    """
    ordered = sorted(results, key=lambda each: each.fixture)
    stories = [tell(each, record(each.fixture.key)) for each in ordered]
    called = {each.name: each.title for each in terms.entrants} if titles is None else titles
    text = _page(index(title, terms, standings, ordered, called), stories, store)
    with writing(f"the page {path}"):
        place(path, text.encode())


def _page(data: dict[str, Any], stories: Sequence[Story], store: Shelf) -> str:
    data |= names(
        {name for story in stories for name in story.cards | {s.card for s in story.shots}},
        {name for story in stories for name in story.measures},
    )
    top = _top(data)
    # A strip's description takes about 40 bytes where it stands packed.
    rest = len(top) + sum(len(_packed(story.facts)) + 40 * len(story.shots) for story in stories)
    album = collect(stories, store, max(0, MOST_BYTES - rest))
    return "".join([top, *_matches(stories, album), *_packs(album), "</body>\n</html>\n"])


def _matches(stories: Sequence[Story], album: Album) -> list[str]:
    return [
        f'<script type="application/octet-stream" id="match-{place_}">'
        f"{_packed(_with_tiles(story, album))}</script>\n"
        for place_, story in enumerate(stories)
    ]


def _with_tiles(story: Story, album: Album) -> dict[str, Any]:
    strips = album.strips.get(story.key, {})
    rounds = [{**each, "tiles": strips.get(each["round"], [])} for each in story.facts["rounds"]]
    classes = [harmless(each) for each in album.classes.get(story.key, ())]
    return {**story.facts, "rounds": rounds, "classes": classes}


def _packs(album: Album) -> list[str]:
    return [
        f'<script type="application/json" id="tiles-{number}">{_json(pack)}</script>\n'
        for number, pack in enumerate(album.packs)
    ]


def _top(data: dict[str, Any]) -> str:
    style = "".join(_file(name) for name in _STYLES)
    script = "".join(_file(name) for name in _SCRIPTS)
    title = escape(data["title"])
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(style, script)}">\n'
        '<meta name="referrer" content="no-referrer">\n<link rel="icon" href="data:,">\n'
        f"<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        '<a class="skip" href="#view">To the content</a>\n'
        f'<header class="top"><div><p class="kind">Tournament</p><h1><bdi>{title}</bdi></h1></div>'
        '<dl id="facts"></dl></header>\n<nav id="nav" aria-label="Views"></nav>\n'
        '<main id="main"><noscript><p class="notice">This page draws itself with JavaScript, all '
        "of it in this file. Allow it to see the standings.</p></noscript></main>\n"
        f"{_file('foot.html')}"
        f'<script type="application/json" id="data">{_json(data)}</script>\n'
        f"<script>{script}</script>\n"
    )


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _file(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _json(data: Any) -> str:
    text = json.dumps(
        data, separators=(",", ":"), ensure_ascii=True, allow_nan=False, sort_keys=True
    )
    # Inside a script element only this could end it.
    return text.replace("<", "\\u003c")


def _packed(data: Any) -> str:
    return base64.b64encode(gzip.compress(_json(data).encode(), 9, mtime=0)).decode()
