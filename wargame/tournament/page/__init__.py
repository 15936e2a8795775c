"""The page of a tournament: one HTML file that a class looks at, and that needs nothing else."""

from __future__ import annotations

from wargame.tournament.page.page import write_page

__all__ = ["write_page"]
