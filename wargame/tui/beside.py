"""Work beside the screen, in threads that nobody waits for when the screen is left.

Textual's own thread workers are waited for at the end; a data set being painted or a download
that hangs would then hold the user up for seconds.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable


def beside(run: Callable[[], None]) -> None:
    """Runs this in a thread; it tells the screen by `post_message`, which a left screen ignores."""
    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(run,), daemon=True).start()
