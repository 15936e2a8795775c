"""What the play, watch and replay screens share: panes, pictures and calling off."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen

from wargame.tui.backstage import Backstage
from wargame.tui.scene import Scene
from wargame.tui.widgets.charts import Charts
from wargame.tui.widgets.log import Log
from wargame.tui.widgets.panes import Panes
from wargame.tui.widgets.pictures import Pictures
from wargame.tui.widgets.pipeline import Pipeline


class BoardScreen(Screen[None]):
    """A board above, panes below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(
                str(n),
                f"pane({n - 1})",
                f"Pane {n}",
                show=False,
                tooltip="1 to 5: to the pane of that number",
            )
            for n in range(1, 6)
        ),
        Binding("tab", "app.focus_next", "Next pane", show=False, tooltip="To the next pane"),
        Binding("z", "zoom", "Zoom", show=False, tooltip="The pane in use over the whole screen"),
    ]

    def __init__(self, backstage: Backstage, classes: tuple[str, ...]) -> None:
        super().__init__()
        self.backstage, self.class_names = backstage, classes

    def show(self, scene: Scene) -> None:
        """Shows a scene on the board, in the log, the charts and the pictures."""
        self.query_one(Pipeline).tokens = scene.tokens
        self.query_one(Log).show(scene.log)
        self.query_one(Charts).series = scene.series
        self.query_one(Pictures).show(scene.shots, self.class_names)

    def action_pane(self, number: int) -> None:
        """To a pane."""
        self.query_one(Panes).show(number)

    def action_zoom(self) -> None:
        """The pane in use over the whole screen, and back."""
        if self.maximized is not None:
            self.minimize()
        elif self.focused is not None and self.focused.has_class("pane"):
            self.maximize(self.focused, container=False)

    def on_pictures_wanted(self, message: Pictures.Wanted) -> None:
        """Brings tiles from the store."""
        message.pictures.receive(message.key, self.backstage.arrays(message.key))
