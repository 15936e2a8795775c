"""An agent for both sides that needs nothing but Python's standard library.

It plays the dearest card that it can pay for, leaves out those that are in force already, and
keeps enough points for their upkeep. docs/protocol.md tells what goes over the wire.
Every answer is flushed at once; anything to be printed goes to standard error.
Try it: wargame tournament check docs/examples/python
"""

import json
import sys


def choose(view, upkeep):
    """The number of the action to play."""
    held = {own["card"] for own in view["in_force"]}
    spare = view["budget"] - sum(upkeep[card] for card in held)
    best = view["moves"][0]  # passing: it costs nothing
    for move in view["moves"]:
        new = move["card"] not in held and move["cost"] <= spare
        if move["legal"] and new and move["cost"] > best["cost"]:
            best = move
    return best["action"]


def main():
    """Answers every message until the match is over."""
    upkeep = {}
    for line in sys.stdin:
        message = json.loads(line)
        if message["kind"] == "hello":
            upkeep = {card["card"]: card["upkeep"] for card in message["deck"]["cards"]}
            answer = {"kind": "ready", "version": 1}
        elif message["kind"] == "turn":
            action = choose(message["view"], upkeep)
            answer = {"kind": "move", "round": message["round"], "action": action}
        else:
            break
        print(json.dumps(answer), flush=True)


main()
