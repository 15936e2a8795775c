"""The full-screen game: themes, screens and bindings, and the three ways into it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.screen import Screen
from textual.types import CSSPathType

from wargame.errors import WargameError
from wargame.tui.backstage import Backstage
from wargame.tui.options import Options
from wargame.tui.screens.help import HelpScreen
from wargame.tui.screens.opening import CurtainScreen
from wargame.tui.screens.small import LEAST, SmallScreen
from wargame.tui.themes import DEFAULT, FALLBACK, OWN

__all__ = ["Options", "WargameApp", "play", "replay", "watch"]


class WargameApp(App[None]):
    """Holds the screens.

    Args:
        options: what was chosen before.
        first: makes the first screen.
    """

    TITLE = "wargame"
    CSS_PATH: ClassVar[CSSPathType | None] = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "Help", tooltip="This list of keys and signs"),
        Binding("ctrl+q", "quit", "Quit", show=False, tooltip="Leave wargame at once"),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (130, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (40, "-tall")]  # noqa: RUF012

    def __init__(self, options: Options, first: Callable[[], Screen[None]]) -> None:
        super().__init__()
        self._first = first
        self._begun: bool = False
        for theme in OWN:
            self.register_theme(theme)
        self._wanted = options.theme or DEFAULT

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The own colours, for themes that do not know them."""
        return FALLBACK

    def on_mount(self) -> None:
        """The first screen."""
        if self._wanted in self.available_themes:
            self.theme = self._wanted
        else:
            known = ", ".join(sorted(self.available_themes))
            self.exit(return_code=2, message=f"there is no theme {self._wanted!r}; known: {known}")
            return
        self.push_screen(self._first())
        self._begun = True
        self._cover(self.size)

    def on_resize(self, event: events.Resize) -> None:
        """Covers everything where the terminal is too small."""
        self._cover(event.size)

    def _cover(self, size: Size) -> None:
        if not self._begun:
            return
        covers = [screen for screen in self.screen_stack if isinstance(screen, SmallScreen)]
        if size.width >= LEAST[0] and size.height >= LEAST[1]:
            for cover in covers:
                cover.dismiss()
        elif covers:
            covers[0].tell(size)
        else:
            self.push_screen(SmallScreen(size))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Commands of the palette: Textual's own, and each key of the screen in use."""
        yield from super().get_system_commands(screen)
        told: set[str] = set()
        for active in screen.active_bindings.values():
            binding = active.binding
            if binding.tooltip and binding.tooltip not in told and not binding.system:
                told.add(binding.tooltip)
                yield SystemCommand(
                    binding.description, binding.tooltip, self._runs(active.node, binding.action)
                )

    def _runs(self, node: object, action: str) -> Callable[[], None]:
        def run() -> None:
            self.call_later(self.run_action, action, node)

        return run

    def action_help(self) -> None:
        """Every key of the screen in use."""
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self._keys()))

    def _keys(self) -> list[Binding]:
        """The keys in force, then those of the widgets that have not the keyboard now."""
        active = [each.binding for each in self.screen.active_bindings.values()]
        others = (
            binding
            for widget in self.screen.focus_chain
            for bindings in widget._bindings.key_to_bindings.values()
            for binding in bindings
        )
        return [*active, *others]

    def action_pane(self, number: int) -> None:
        """A tab was clicked."""
        self.call_later(self.screen.run_action, f"pane({number})")


def play(options: Options) -> int:
    """A match of a human, from the briefing to the result; returns the exit code."""
    from wargame.tui.screens.briefing import BriefingScreen

    backstage = _backstage(options)
    return _run(options, backstage, lambda: BriefingScreen(backstage))


def watch(options: Options) -> int:
    """A match of two agents, all cards open; returns the exit code."""
    backstage = _backstage(options)
    curtain = CurtainScreen(lambda: watching(backstage), "Preparing the match.")
    return _run(options, backstage, lambda: curtain)


def replay(path: Path, options: Options | None = None) -> int:
    """A recorded match, scrubbed back and forth; returns the exit code."""
    chosen = options or Options()
    backstage = _backstage(chosen)
    curtain = CurtainScreen(lambda: replaying(backstage, path), "Reading the record.")
    return _run(chosen, backstage, lambda: curtain)


def watching(backstage: Backstage) -> Callable[[], Screen[None]]:
    """Prepares a match of two agents."""
    rules = backstage.rules()
    tiles = backstage.tiles(rules.data)
    table = backstage.table(rules, tiles, watching=True)

    def build() -> Screen[None]:
        from wargame.tui.screens.watch import WatchScreen

        return WatchScreen(backstage, table, tuple(tiles.class_names))

    return build


def replaying(backstage: Backstage, path: Path) -> Callable[[], Screen[None]]:
    """Prepares a recorded match.

    Raises:
        WargameError: the record cannot be read, or holds no round yet.
    """
    from wargame.game.scenario import from_content
    from wargame.theory.counterfactual import recorded
    from wargame.tui.chapter import first, of

    record = backstage.record(path)
    if record.opening is None:
        raise WargameError(f"{path}: the match has not begun; there is nothing to show")
    rules = from_content(record.header.content)
    chapters = [first(record.opening, rules.budget.start), *(of(each) for each in record.rounds)]
    classes = backstage.classes(record.header.data.digest)
    # Who is still playing must not try the cards that are hidden from him.
    over = record.result is not None and record.header.scenario_digest == rules.digest
    game = recorded(record, rules) if over else None

    def build() -> Screen[None]:
        from wargame.tui.screens.theatre import TheatreScreen

        return TheatreScreen(backstage, classes, rules, chapters, title=path.name, game=game)

    return build


def _backstage(options: Options) -> Backstage:
    import os

    from wargame.pool import Workers

    # Before the screen takes over the standard error, which multiprocessing hands to its helper.
    return Backstage(options, workers=Workers(os.cpu_count() or 1, niceness=5))


def _run(options: Options, backstage: Backstage, first: Callable[[], Screen[None]]) -> int:
    app = WargameApp(options, first)
    try:
        app.run()
    finally:
        backstage.close()
    return app.return_code or 0
