"""The own colours: a dark and a light pair, and one of high contrast.

Every theme names two colours of its own, `attacker` and `defender`; shapes always say the same.
"""

from __future__ import annotations

from textual.theme import Theme

DEFAULT = "wargame-dark"

DARK = Theme(
    name=DEFAULT,
    primary="#6cb2eb",
    secondary="#8fbf9f",
    accent="#e9b44c",
    foreground="#d9dee7",
    background="#10151c",
    surface="#171e28",
    panel="#202a37",
    success="#7fc98f",
    warning="#e9b44c",
    error="#ef6f6c",
    dark=True,
    variables={
        "attacker": "#f0806b",
        "defender": "#6cb2eb",
        "footer-key-foreground": "#e9b44c",
        "border": "#3a4a60",
        "muted": "#8592a6",
    },
)
LIGHT = Theme(
    name="wargame-light",
    primary="#1f5f99",
    secondary="#3f7d58",
    accent="#9a5b00",
    foreground="#1d2733",
    background="#f6f4ee",
    surface="#fffdf8",
    panel="#e9e5da",
    success="#2f7a47",
    warning="#9a5b00",
    error="#b3372f",
    dark=False,
    variables={
        "attacker": "#b3372f",
        "defender": "#1f5f99",
        "footer-key-foreground": "#9a5b00",
        "border": "#b9b29f",
        "muted": "#6b6a63",
    },
)
CONTRAST = Theme(
    name="wargame-contrast",
    primary="#00d7ff",
    secondary="#ffffff",
    accent="#ffff00",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1c1c1c",
    success="#00ff5f",
    warning="#ffff00",
    error="#ff8787",
    dark=True,
    variables={
        "attacker": "#ff8787",
        "defender": "#00d7ff",
        "footer-key-foreground": "#ffff00",
        "border": "#ffffff",
        "muted": "#d0d0d0",
    },
)
OWN = (DARK, LIGHT, CONTRAST)
FALLBACK = {"attacker": "#f0806b", "defender": "#6cb2eb", "border": "#5a6a80", "muted": "#8a8f98"}
"""For Textual's own themes."""
