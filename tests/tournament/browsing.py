"""A real browser, and the page of a small evening with strangers in it."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from tests.tournament.pages import Evening, World, evening, forfeit
from wargame.sandbox.limits import Status
from wargame.stages import Side

NAMES = ["ann", "ben", "cyd"]
FIRES = "document.body.dataset.fired=1"
WICKED = (
    f"<script>{FIRES}</script></script><script>{FIRES}</script>"
    f"<img src=x onerror={FIRES}>\"'>]]>--><svg onload={FIRES}>&lt;\u2028\u202e\u200f{{{{7*7}}}}"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("there is no chromium")
        pytest.skip("there is no chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """A tab that fails on anything in the console, and on anything fetched but the file itself."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page, wrong = context.new_page(), list[str]()
    page.on("console", lambda said: wrong.append(f"console: {said.text}"))
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on(
        "request",
        lambda asked: (
            None
            if asked.url.startswith(("file://", "data:image/png;base64,", "data:,"))
            else wrong.append(f"request: {asked.url}")
        ),
    )
    yield page
    assert wrong == []
    context.close()


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, world: World) -> Evening:
    made = evening(tmp_path_factory.mktemp("terms"), world, NAMES)
    forfeit(
        made, 1, Side.DEFENDER, Status.TIMEOUT, rounds=1, fault=WICKED, output=f"Traceback {WICKED}"
    )
    forfeit(made, 5, Side.ATTACKER, Status.MEMORY, rounds=0, fault="too much", output="")
    titles = tuple(
        entrant.model_copy(update={"title": WICKED[:60]}) for entrant in made.terms.entrants
    )
    return replace(made, terms=made.terms.model_copy(update={"entrants": titles}))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, world: World, shown: Evening) -> str:
    path = tmp_path_factory.mktemp("page") / "p.html"
    return shown.write(path, world.store, title=f"Evening {WICKED}").as_uri()


def numbers(found: Locator) -> list[str]:
    return re.findall(r"[\d.,]+", found.inner_text())
