"""`wargame equilibrium`: solves a payoff table."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wargame.cli import options

if TYPE_CHECKING:
    from wargame.theory.payoff import Payoffs

DESCRIPTION = """\
Solves the game of a payoff table (`wargame payoff`): what it is worth where both sides choose
well, which agents each should draw, and what each agent loses to the best reply of the other side.
The measured noise is resampled seed by seed, so every number has an interval.

zero-sum: what one side gains the other loses; by linear programming. alpha-rank: which pairs
evolution holds on to, by OpenSpiel. general-sum: each side also pays for the cards it played, at
--price; by nashpy.

With --best-response one policy a side is really trained against the other side's mixture: what it
gains on the table's seeds is a lower bound on how far the mixture can be exploited in the whole
game. Its runs lie beside the table, and the same command goes on with them.
"""
EPILOG = """\
examples:
  wargame equilibrium table.jsonl
  wargame equilibrium table.jsonl --method general-sum --price 0.2
  wargame equilibrium table.jsonl --bootstrap 5000 --json
  wargame equilibrium table.jsonl --method zero-sum --best-response 4000
"""
METHODS = ("zero-sum", "general-sum", "alpha-rank", "all")


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the table")
    parser.add_argument(
        "--method", choices=METHODS, default="all", help="how the game is solved (all)"
    )
    parser.add_argument(
        "--bootstrap", type=_count, default=1000, metavar="B", help="resamples (1000)"
    )
    parser.add_argument(
        "--price",
        type=_price,
        default=0.1,
        metavar="P",
        help="what all the points of a side are worth in mission value, for general-sum (0.1)",
    )
    parser.add_argument(
        "--best-response",
        type=_steps,
        metavar="N",
        help="train a response a side on N rounds (really: minutes), and tell what it gains",
    )
    parser.add_argument(
        "--agents",
        metavar="PATH[,PATH]",
        help="where the table's own agents (.py files, policy folders) lie, for --best-response",
    )
    options.all_workers(parser)
    options.data(parser)
    options.seed(parser)
    options.json(parser, "everything as one object")


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 100_000:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 to 100000, not {text!r}")
    return int(text)


def _steps(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10**9:
        raise argparse.ArgumentTypeError(f"expected a whole number of rounds, not {text!r}")
    return int(text)


def _price(text: str) -> float:
    try:
        price = float(text)
    except ValueError:
        price = -1.0
    if not 0 <= price <= 10:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 10, not {text!r}")
    return price


def run(args: argparse.Namespace) -> int:
    """Solves and shows."""
    from wargame.cli.output import print_json
    from wargame.errors import WargameError
    from wargame.theory.payoff import read

    if args.seed < 0:
        raise WargameError(f"a seed is a whole number from 0 on, not {args.seed}")
    payoffs = read(args.file)
    if args.json:
        print_json(_data(args, payoffs))
    else:
        _print(args, payoffs)
    return 0


def _wants(args: argparse.Namespace, method: str) -> bool:
    return args.method in (method, "all")


def _print(args: argparse.Namespace, payoffs: Payoffs) -> None:
    from wargame.cli import strategic
    from wargame.theory.alpha_rank import alpha_rank
    from wargame.theory.answer import answer
    from wargame.theory.general_sum import general_sum

    out = strategic.console()
    strategic.show_table(out, payoffs)
    ranks = alpha_rank(payoffs.mean) if _wants(args, "alpha-rank") else None
    if _wants(args, "zero-sum"):
        found = answer(payoffs, resamples=args.bootstrap, seed=args.seed)
        strategic.show_answer(out, found, ranks)
        out.print()
    if ranks is not None:
        strategic.show_ranks(out, payoffs, ranks)
        out.print()
    if _wants(args, "general-sum"):
        found_all = general_sum(*payoffs.priced(args.price))
        strategic.show_general(out, payoffs, found_all, args.price)
    if args.best_response is not None:
        from wargame.cli import exploiting

        out.print()
        exploiting.show(out, exploiting.exploit(args, payoffs))


def _data(args: argparse.Namespace, payoffs: Payoffs) -> dict[str, Any]:
    from wargame.theory.alpha_rank import alpha_rank
    from wargame.theory.answer import answer
    from wargame.theory.general_sum import general_sum

    data: dict[str, Any] = {
        "scenario": payoffs.rules.name,
        "fidelity": payoffs.header.fidelity,
        "attackers": payoffs.attackers,
        "defenders": payoffs.defenders,
        "seeds": list(payoffs.seeds),
        "payoffs": payoffs.mean.tolist(),
    }
    if _wants(args, "zero-sum"):
        data["zero_sum"] = answer(payoffs, resamples=args.bootstrap, seed=args.seed).to_json()
    if _wants(args, "alpha-rank"):
        ranks = alpha_rank(payoffs.mean)
        data["alpha_rank"] = {
            "attackers": dict(zip(payoffs.attackers, ranks.attackers.tolist(), strict=True)),
            "defenders": dict(zip(payoffs.defenders, ranks.defenders.tolist(), strict=True)),
            "profiles": ranks.profiles.tolist(),
            "epsilon": ranks.epsilon,
        }
    if _wants(args, "general-sum"):
        solved = general_sum(*payoffs.priced(args.price))
        data["general_sum"] = {
            "price": args.price,
            "method": solved.method,
            "notes": list(solved.notes),
            "equilibria": [
                {
                    "attacker": each.attacker.tolist(),
                    "defender": each.defender.tolist(),
                    "attacker_payoff": each.attacker_payoff,
                    "defender_payoff": each.defender_payoff,
                }
                for each in solved.equilibria
            ],
        }
    if args.best_response is not None:
        from wargame.cli.exploiting import exploit
        from wargame.league.best_response import bound

        responses = exploit(args, payoffs)
        data["best_response"] = {
            "exploitability_at_least": bound(responses),
            **{side.value: response.to_json() for side, response in responses.items()},
        }
    return data
