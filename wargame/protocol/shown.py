"""Strangers' text, as it may stand in a message or on a terminal."""


def printable(text: str) -> str:
    """A line that steers no terminal: a mark stands for each character that would."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
