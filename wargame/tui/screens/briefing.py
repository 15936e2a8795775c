"""The briefing: what the game is about, which data it is played on, and who plays whom."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Button, Footer, Input, Static

from wargame.errors import WargameError
from wargame.tui.backstage import Backstage
from wargame.tui.beside import beside
from wargame.tui.messages import DataRead, Failed, RulesRead, Seated
from wargame.tui.options import Seat
from wargame.tui.screens.fetch import FetchScreen
from wargame.tui.screens.play import PlayScreen
from wargame.tui.widgets.choice import Choice
from wargame.tui.widgets.pipeline import Pipeline

SIDES = [
    ("defender", "■ defender"),
    ("attacker", "▲ attacker"),
    ("both", "both, at one keyboard"),
]
TIMES = {
    "sketch": "sketch: coarse, to train policies",
    "drill": "drill: about a second a round",
    "standard": "standard: a few seconds a round",
    "full": "full: sharp numbers, slow",
}


class BriefingScreen(Screen[None]):
    """Painted before anything is loaded; rules and data are filled in as they come."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "start", "Start", priority=True, tooltip="Start the match"),
        Binding("down", "app.focus_next", "Next", show=False, tooltip="To the next setting"),
        Binding("up", "app.focus_previous", "Previous", show=False, tooltip="To the one before"),
        Binding("f", "fetch", "Fetch real data", tooltip="Download the real data set"),
        Binding("q", "app.quit", "Quit", tooltip="Leave wargame"),
    ]
    AUTO_FOCUS = "#side"

    def __init__(self, backstage: Backstage) -> None:
        super().__init__()
        self._backstage = backstage
        self._rules: RulesRead | None = None
        self._data: DataRead | None = None

    def compose(self) -> ComposeResult:
        """The text and the form."""
        options = self._backstage.options
        yield Static(" W A R G A M E ", id="banner")
        yield Pipeline(id="pipeline")
        with Container(id="briefing"):
            with VerticalScroll(id="story", can_focus=False):
                yield Static("Reading the scenario.", id="text")
            with Vertical(id="form"):
                yield Choice("You play", SIDES, options.side, "side")
                yield Choice("Against", [], "", "opponent")
                yield Choice("Fidelity", [(options.fidelity, options.fidelity)], "", "fidelity")
                with Horizontal(id="seedline"):
                    yield Static("Seed      ", id="seedlabel")
                    yield Input(str(options.seed), type="integer", id="seed", compact=True)
                yield Static("Data      loading", id="data")
                with Horizontal(id="buttons"):
                    yield Button("Start", variant="primary", id="start", compact=True)
                    yield Button("Fetch the real data", id="offer", compact=True)
        yield Footer()

    def on_mount(self) -> None:
        """Reads the rest once this is painted."""
        self.query_one("#offer").display = False
        self.call_after_refresh(beside, self._read)

    def _read(self) -> None:
        try:
            rules = self._backstage.rules()
            self.post_message(RulesRead(rules, self._backstage.opponents()))
            tiles = self._backstage.tiles(rules.data)
            self.post_message(DataRead(tiles, self._backstage.describe(tiles)))
            self._backstage.warm(rules, tiles)
        except WargameError as error:
            self.post_message(Failed(str(error)))

    def on_rules_read(self, message: RulesRead) -> None:
        """Fills in the story and what can be chosen."""
        self._rules = message
        rules, options = message.rules, self._backstage.options
        weights = rules.mission.weights
        self.query_one("#text", Static).update(
            Content.assemble(
                (rules.title, "bold $accent"),
                f"\n\n{rules.briefing.strip()}\n\n",
                ("Mission  ", "$muted"),
                f"{rules.rounds} rounds. The attacker wins where its mean mission value lies "
                f"above {rules.mission.par:g}: integrity counts {weights.integrity:g}, "
                f"confidentiality {weights.confidentiality:g}, availability "
                f"{weights.availability:g}.\n",
                ("Source   ", "$muted"),
                rules.source,
            )
        )
        names = [(str(name), TIMES.get(name, name)) for name in rules.fidelity]
        self.query_one("#fidelity", Choice).offer(names, options.fidelity)
        self._offer_opponents()

    def _offer_opponents(self) -> None:
        side = self.query_one("#side", Choice).value
        found = self._rules.opponents if self._rules else {}
        other = {"attacker": "defender", "defender": "attacker"}.get(side)
        values = found.get(other, []) if other else [("", "each other")]
        options = self._backstage.options
        wanted = options.defender if other == "defender" else options.attacker
        self.query_one("#opponent", Choice).offer(values, wanted or "")

    def on_choice_changed(self, message: Choice.Changed) -> None:
        """Another side has other opponents."""
        if message.choice.id == "side":
            self._offer_opponents()

    def on_data_read(self, message: DataRead) -> None:
        """Says which data is in use."""
        self._data = message
        synthetic = message.tiles.origin == "synthetic"
        word, style = ("SYNTHETIC", "bold $warning") if synthetic else ("REAL", "bold $success")
        self.query_one("#data", Static).update(
            Content.assemble(("Data      ", "$muted"), (word, style), f"  {message.words}")
        )
        name = self._rules.rules.data if self._rules else ""
        download = self._backstage.download(name) if synthetic else None
        button = self.query_one("#offer", Button)
        button.display = download is not None
        if download is not None:
            button.label = f"Fetch the real {name} ({download.bytes / 1e6:.0f} MB)"

    def on_failed(self, message: Failed) -> None:
        """Says what is wrong."""
        self.notify(message.text, severity="error", timeout=20, markup=False)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Start or fetch."""
        if event.button.id == "start":
            self.action_start()
        else:
            self.action_fetch()

    def on_input_submitted(self) -> None:
        """Enter in the seed starts."""
        self.action_start()

    def action_fetch(self) -> None:
        """Offers the download."""
        name = self._rules.rules.data if self._rules else ""
        download = self._backstage.download(name)
        if download is None:
            self.notify("There is no download for this data.")
            return
        self.app.push_screen(FetchScreen(self._backstage, download), self._come_back)

    def _come_back(self, came: bool | None) -> None:
        if came:
            beside(self._read)

    def action_start(self) -> None:
        """Sits down at a table."""
        if self._rules is None or self._data is None:
            self.notify("One moment: the scenario and the data are still being read.")
            return
        opponent = self.query_one("#opponent", Choice).value or None
        seed = self.query_one("#seed", Input).value
        self._backstage.change(
            replace(
                self._backstage.options,
                side=cast(Seat, self.query_one("#side", Choice).value),
                attacker=opponent,
                defender=opponent,
                fidelity=self.query_one("#fidelity", Choice).value,
                seed=int(seed) if seed.isdigit() else 0,
            )
        )
        beside(self._sit)

    def _sit(self) -> None:
        rules, data = cast(Any, self._rules), cast(Any, self._data)
        try:
            self.post_message(Seated(self._backstage.table(rules.rules, data.tiles)))
        except WargameError as error:
            self.post_message(Failed(str(error)))

    def on_seated(self, message: Seated) -> None:
        """Plays."""
        classes = self._data.tiles.class_names if self._data else ()
        self.app.push_screen(PlayScreen(self._backstage, message.table, tuple(classes)))
