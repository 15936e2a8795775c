"""The matrix as one HTML file that needs nothing else: no network, no fonts, no scripts."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

from wargame import catalog
from wargame.lab.matrix import Matrix, Pair, Relation, Row, Verdict, Yard
from wargame.lab.statistics import Series
from wargame.lab.sweep import Terms
from wargame.lab.told import (
    LEGEND,
    command,
    counts,
    interval,
    line,
    method,
    number,
    sections,
    symbol,
)
from wargame.lab.yardstick import in_words

_HERE = Path(__file__).parent
_PALE = 0.45
"""An undecided pair shows its mean in a paler colour."""
_PRICES = {
    "mission": "mission value",
    "clean_accuracy": "clean accuracy",
    "honest_served": "honest served",
    "latency": "latency, ms",
    "training_cost": "training, passes",
}


def page(terms: Terms, found: Matrix) -> str:
    """The whole page."""
    style = (_HERE / "page.css").read_text(encoding="utf-8")
    script = (_HERE / "page.js").read_text(encoding="utf-8")
    title = f"Attacks and defences of {terms.rules.title}, measured"
    body = "\n".join(
        [
            f"<h1>{escape(title)}</h1>",
            f'<p class="lead">{escape(counts(found))}</p>',
            f'<div class="map">{_heat(found)}</div>',
            _legend(),
            '<section id="detail" aria-live="polite"><p class="hint">Choose a cell to see its '
            "numbers.</p></section>",
            *_lists(found),
            _prices(found),
            _method(terms),
            _numbers(found),
        ]
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
        f'{body}\n</main>\n<script type="application/json" id="data">{_data(found)}</script>\n'
        f"<script>\n{script}</script>\n</body>\n</html>\n"
    )


def _heat(found: Matrix) -> str:
    heads = "".join(
        f'<th scope="col"><span title="{escape(catalog.card(each.defence).summary)}">'
        f"{escape(_spaced(each.defence))}</span></th>"
        for each in found.columns
    )
    rows = []
    at = 0
    for row in found.rows:
        cells = found.pairs[at : at + len(found.columns)]
        shown = "".join(_cell(pair, at + place) for place, pair in enumerate(cells))
        at += len(cells)
        rows.append(f"<tr>{_row_head(row)}{shown}</tr>")
    return (
        '<table class="heat"><thead><tr><th class="corner"><span>attack</span></th>'
        f'<th class="gain">gain</th>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
    )


def _row_head(row: Row) -> str:
    told = catalog.card(row.attack).summary
    gain = number(row.gain.mean) if row.gain else "–"
    sure = interval(row.gain) if row.gain else "not measured yet"
    return (
        f'<th scope="row" title="{escape(told)}">{escape(_spaced(row.attack))}</th>'
        f'<td class="gain" title="{escape(in_words(row.measure))}: {escape(sure)}">{gain}</td>'
    )


def _cell(pair: Pair, place: int) -> str:
    classes = ["cell"]
    if pair.claimed:
        classes.append("claimed")
    share = pair.removed
    if share is None or pair.verdict in (Verdict.NOTHING, Verdict.UNMEASURED):
        classes.append("void")
        share = 0.0
    else:
        classes.append("good" if share >= 0 else "bad")
        share = min(1.0, abs(share)) * (_PALE if pair.verdict is Verdict.UNDECIDED else 1.0)
    claim = "claimed" if pair.claimed else "not claimed"
    told = escape(f"{line(pair)} ({claim})", quote=True)
    return (
        f'<td><button class="{" ".join(classes)}" style="--s:{share:.2f}" '
        f'data-i="{place}" data-pair="{pair.attack}/{pair.defence}" title="{told}" '
        f'aria-label="{told}">{escape(symbol(pair))}</button></td>'
    )


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _legend() -> str:
    rows = "".join(
        f"<tr><td><b>{claimed}</b></td><td><b>{other}</b></td><td>{escape(means)}</td></tr>"
        for claimed, other, means in LEGEND
    )
    return (
        '<div class="legend"><table><thead><tr><th>claimed</th><th>not claimed</th><th></th></tr>'
        f'</thead><tbody>{rows}</tbody></table><div class="scale"><p>Share of the attack\'s gain '
        'that the defence takes</p><div class="ramp"></div><div class="ends"><span>the attack '
        "gains more</span><span>nothing</span><span>takes all</span></div><p>A ring marks a pair "
        "that a source claims. Gain is what the attack wins undefended, as a share of "
        "harm.</p></div></div>"
    )


def _lists(found: Matrix) -> list[str]:
    told = []
    for section in sections(found):
        items = "".join(_item(found, pair) for pair in section.pairs)
        listed = f"<ol>{items}</ol>" if items else "<p>None.</p>"
        told.append(
            f"<section><h2>{escape(section.title)} <small>{len(section.pairs)}</small></h2>"
            f"<p>{escape(section.note)}</p>{listed}</section>"
        )
    return told


def _item(found: Matrix, pair: Pair) -> str:
    place = found.pairs.index(pair)
    head, _, rest = line(pair).partition(": ")
    return f'<li><a href="#detail" data-i="{place}">{escape(head)}</a>: {escape(rest)}</li>'


def _prices(found: Matrix) -> str:
    heads = "".join(f"<th>{escape(title)}</th>" for title in _PRICES.values())
    rows = "".join(
        f'<tr><th scope="row">{escape(_spaced(each.defence))}</th>'
        + "".join(f"<td>{_change(each.price.get(name), name)}</td>" for name in _PRICES)
        + "</tr>"
        for each in found.columns
    )
    return (
        "<section><h2>What each defence costs when nobody attacks</h2><p>The change it makes to "
        'each number, with the 95 % interval over the seeds.</p><div class="wide"><table '
        f'class="numbers"><thead><tr><th>defence</th>{heads}</tr></thead><tbody>{rows}</tbody>'
        "</table></div></section>"
    )


def _change(values: Series | None, name: str) -> str:
    if values is None:
        return "–"
    if not any(values.values):
        return "0"
    if name in ("latency", "training_cost"):
        told = f"{values.mean:+,.1f}" if abs(values.mean) < 100 else f"{values.mean:+,.0f}"
        return told.replace("-", "−")
    return interval(values)


def _method(terms: Terms) -> str:
    told = "".join(f"<li>{escape(each)}</li>" for each in method(terms))
    return (
        f"<section><h2>How it was measured</h2><ul>{told}</ul><p>Made by</p>"
        f"<pre>{escape(command(terms))}</pre></section>"
    )


def _numbers(found: Matrix) -> str:
    heads = "".join(
        f"<th>{each}</th>"
        for each in (
            "attack", "defence", "claimed", "verdict", "gain undefended", "gain defended",
            "takes", "q", "mission: takes",
        )
    )  # fmt: skip
    rows = "".join(f"<tr>{_numbered(pair)}</tr>" for pair in found.pairs)
    return (
        '<details><summary>All numbers</summary><div class="wide"><table class="numbers"><thead>'
        f"<tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div></details>"
    )


def _numbered(pair: Pair) -> str:
    words = [pair.attack, pair.defence, "yes" if pair.claimed else "no", pair.verdict.value]
    for yard, names in (
        (pair.aim, ("undefended", "defended", "effect")),
        (pair.mission, ("effect",)),
    ):
        words += [interval(getattr(yard, name)) if yard else "–" for name in names]
    words.insert(-1, _q(pair.q))
    return "".join(f"<td>{escape(word)}</td>" for word in words)


def _q(q: float | None) -> str:
    return "–" if q is None else "<0.001" if q < 0.001 else f"{q:.3f}"


def _data(found: Matrix) -> str:
    measures = {row.attack: in_words(row.measure) for row in found.rows}
    pairs = [
        {
            "attack": pair.attack,
            "defence": pair.defence,
            "claimed": pair.claimed,
            "verdict": pair.verdict.value,
            "agrees": None if pair.relation is Relation.OPEN else pair.relation.value,
            "success": measures[pair.attack],
            "seeds": list(pair.seeds),
            "q": _q(pair.q),
            "removed": None if pair.removed is None else round(pair.removed, 3),
            "aim": _rounded(pair.aim),
            "mission": _rounded(pair.mission),
        }
        for pair in found.pairs
    ]
    text = json.dumps(pairs, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    # Inside a script element only this could end it.
    return text.replace("<", "\\u003c")


def _rounded(yard: Yard | None) -> dict[str, Any] | None:
    if yard is None:
        return None
    return {name: _four(values) for name, values in yard._asdict().items()}


def _four(values: Series) -> dict[str, Any]:
    def cut(value: float | None) -> float | None:
        return None if value is None else round(value, 4)

    return {
        "values": [cut(value) for value in values.values],
        "mean": cut(values.mean),
        "low": cut(values.low),
        "high": cut(values.high),
    }
