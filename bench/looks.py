"""The console's pages in a browser, each timed by what is to be seen of it: what `bench/console.py` measures with.

Times are the browser's own, from the start of the navigation or from the click, to the frame in which what was waited
for has been drawn. A script of ours looks at every frame; it asks the page nothing else.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import quote

from playwright.sync_api import Browser, Error, Page
from playwright.sync_api import TimeoutError as Late
from tests.kit.window import a_look

EACH = 3  # values of each facet that are clicked
WAIT_MS = 60_000
QUIET_MS = 250
ROW, FIGURES = ".list .row", ".tile .big"
# When what is waited for was first to be seen: the frame after the one that found it.
SEEN = """
const look = () => document.querySelector(%s)
    ? requestAnimationFrame(() => { window.seenAt = performance.now(); })
    : requestAnimationFrame(look);
requestAnimationFrame(look);
"""
# From the click to the first frame in which all three parts of the page have answered.
CLICKED = """
([field, value, exclude]) => new Promise((done, fail) => {
    const facet = [...document.querySelectorAll('.facet')].find(one => one.dataset.field === field);
    const button = [...(facet?.querySelectorAll('.facet-value') ?? [])].find(one => one.dataset.value === value);
    if (!button) { fail(new Error(`there is no ${field} ${value} to click`)); return; }
    const chips = document.querySelectorAll('.chip').length;
    const begun = performance.now();
    button.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, altKey: exclude }));
    const idle = selector => document.querySelector(selector)?.getAttribute('aria-busy') === 'false';
    const settled = () => document.querySelectorAll('.chip').length > chips && idle('.events-main') && idle('.facets')
        && document.querySelector('.total').dataset.total !== undefined && document.querySelector('.list .row, .empty');
    setTimeout(() => fail(new Error(`${field} ${value} was not answered within a minute`)), 60000);
    const look = () => settled() ? requestAnimationFrame(() => done(performance.now() - begun)) : requestAnimationFrame(look);
    requestAnimationFrame(look);
})
"""
SETTLED = """
() => document.querySelector('.events-main')?.getAttribute('aria-busy') === 'false'
    && document.querySelector('.facets')?.getAttribute('aria-busy') === 'false'
    && document.querySelector('.total')?.dataset.total !== undefined && document.querySelector('.facet-value') !== null
"""
VALUES = """
() => [...document.querySelectorAll('.facet')].map(facet => [facet.dataset.field,
    [...facet.querySelectorAll('.facet-value')].map(one => one.dataset.value)])
"""
# At a pace at which no row could be read: milliseconds from each frame that the browser drew to the next.
SCROLLED = """
frames => new Promise(done => {
    const list = document.querySelector('.list'), way = list.scrollHeight - list.clientHeight;
    const times = []; let step = 0, before = 0;
    const frame = now => {
        if (before) times.push(now - before);
        before = now;
        if (step > frames) { done(times); return; }
        list.scrollTop = way * step++ / frames;
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
})
"""


class Clicked(NamedTuple):
    """A click on a facet, and how many milliseconds its answer took."""

    span: str
    field: str
    value: str
    exclude: bool
    took_ms: float


class Window:
    """One user's browser at the console."""

    def __init__(self, browser: Browser, endpoint: str, cookie: str) -> None:
        self._browser, self._endpoint = browser, endpoint
        self._cookie = {"name": "actiontrail-session", "value": cookie, "url": endpoint}

    def first_visit(self, path: str, wanted: str) -> float:
        """Milliseconds until `wanted` is to be seen at `path`, by a browser that holds nothing but the session."""
        with a_look(self._browser, self._endpoint) as look:
            look.context.add_cookies([self._cookie])
            return self._timed(look.page, path, wanted)

    def visits(self, path: str, wanted: str, times: int) -> list[float]:
        """The same, for somebody who has been there before."""
        with a_look(self._browser, self._endpoint) as look:
            look.context.add_cookies([self._cookie])
            self._timed(look.page, path, wanted)
            return [self._timed(look.page, path, wanted) for _ in range(times)]

    def _timed(self, page: Page, path: str, wanted: str) -> float:
        if page.url == "about:blank":
            page.add_init_script(SEEN % repr(wanted))
        page.goto("about:blank")
        page.goto(f"{self._endpoint}/console/#{path}")
        try:
            page.wait_for_function("() => window.seenAt > 0", timeout=WAIT_MS)
        except Error as error:
            raise AssertionError(f"{wanted} is not at {path}: {page.inner_text('body')[:1000]}") from error
        took: float = page.evaluate("window.seenAt")
        return took

    def clicks(self, span: str, name: str) -> list[Clicked]:
        """The first values of every facet, each clicked once on the whole page, and one of each excluded."""
        with a_look(self._browser, self._endpoint) as look:
            look.context.add_cookies([self._cookie])
            look.context.set_default_timeout(WAIT_MS)
            page = look.page
            page.goto(f"{self._endpoint}/console/#/events?from={quote(span)}")
            page.wait_for_function(SETTLED)
            facets: list[tuple[str, list[str]]] = page.evaluate(VALUES)
            self._quiet(page)
            return [Clicked(name, *one, self._click(page, *one)) for one in _chosen(facets)]

    def _click(self, page: Page, field: str, value: str, exclude: bool) -> float:  # noqa: FBT001 - a row's value
        took: float = page.evaluate(CLICKED, [field, value, exclude])
        page.go_back()
        page.wait_for_function("() => document.querySelectorAll('.chip').length === 0")
        page.wait_for_function(SETTLED)
        self._quiet(page)
        return took

    @staticmethod
    def _quiet(page: Page) -> None:
        """Wait until nothing was asked for a quarter of a second, as somebody does who reads before they click."""
        while True:
            try:
                with page.expect_request(lambda _: True, timeout=QUIET_MS):
                    pass
            except Late:
                return

    def scrolled(self, rows: int, frames: int) -> list[float]:
        """Milliseconds from frame to frame while a list of so many rows runs through the window."""
        with a_look(self._browser, self._endpoint) as look:
            look.context.add_cookies([self._cookie])
            look.context.set_default_timeout(WAIT_MS)
            page = look.page
            page.goto(f"{self._endpoint}/console/#/events?from=&runs=open")
            page.wait_for_function(SETTLED)
            while self._held(page) < rows:
                page.locator(".list").evaluate("list => list.scrollTo(0, list.scrollHeight)")
                page.wait_for_timeout(50)
            page.evaluate("document.querySelector('.list').scrollTo(0, 0)")
            page.wait_for_load_state("networkidle")
            times: list[float] = page.evaluate(SCROLLED, frames)
            return times

    @staticmethod
    def _held(page: Page) -> int:
        return int(page.locator(".list .row").last.get_attribute("aria-setsize") or 0)


def _chosen(facets: Iterable[tuple[str, list[str]]]) -> Iterator[tuple[str, str, bool]]:
    """Which values are clicked: the loudest and the rarest that are shown, and one between; the loudest is excluded, too."""
    for field, values in facets:
        shown = [value for value in values if value is not None]
        picks = dict.fromkeys(shown[at] for at in (0, len(shown) // 2, len(shown) - 1))
        for value in list(picks)[:EACH]:
            yield field, value, False
        yield field, shown[0], True
