"""The letters that `;` puts on what can be pressed: asked for, compared with what there is to press, and typed."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page

# What can be acted on, told by what it is and where it stands, by other means than the pages': nothing here asks what lies
# under a point. A thing counts if a part of it lies within the window and within all that clips it, and if it is not shut off.
_THERE = """() => {
  const visible = one => one.checkVisibility({visibilityProperty: true}) && one.getBoundingClientRect().width > 0;
  const over = [...document.querySelectorAll('dialog[open], .ant-popover, .ant-dropdown, .ant-select-dropdown')].filter(visible);
  const top = over.at(-1) ?? document.body;
  const native = 'a[href], button, input, select, textarea, summary';
  const roles = '[role=button], [role=tab], [role=switch], [role=menuitem], [role=radio], [role=checkbox], [role=slider]';
  const missing = [];
  let count = 0;
  for (const one of top.querySelectorAll(`${native}, ${roles}, [tabindex]`)) {
    if (one.disabled || one.matches(':disabled') || one.getAttribute('aria-disabled') === 'true' || one.closest('.hints')) continue;
    const control = one.matches(`${native}, ${roles}`);
    if (!control && (one.tabIndex < 0 || (one.scrollHeight <= one.clientHeight + 1 && one.scrollWidth <= one.clientWidth + 1))) continue;
    let seen = one;
    const own = one.getBoundingClientRect();
    if (one.matches('input') && (own.width <= 2 || own.height <= 2 || getComputedStyle(one).opacity === '0'))
      seen = one.closest('label, .ant-select');
    if (!seen || !visible(seen)) continue;
    let box = seen.getBoundingClientRect();
    let [left, top_, right, bottom] = [Math.max(box.left, 0), Math.max(box.top, 0), Math.min(box.right, innerWidth), Math.min(box.bottom, innerHeight)];
    for (let up = seen.parentElement; up && up !== document.documentElement; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (style.position === 'fixed') break;
      if (style.overflowX === 'visible' && style.overflowY === 'visible') continue;
      box = up.getBoundingClientRect();
      [left, top_, right, bottom] = [Math.max(left, box.left), Math.max(top_, box.top), Math.min(right, box.right), Math.min(bottom, box.bottom)];
    }
    if (right - left < 4 || bottom - top_ < 4) continue;
    // What a header that stays covers, or the end of the page, can be scrolled to.
    const covering = document.elementFromPoint((left + right) / 2, (top_ + bottom) / 2);
    if (covering && !seen.contains(covering) && !covering.contains(seen) && ['sticky', 'fixed'].includes(getComputedStyle(covering.closest('th, nav, .preview, .expiry') ?? covering).position)) continue;
    count += 1;
    const badge = one.dataset.letters && document.querySelector(`.hints-badge[data-hint="${one.dataset.letters}"]`);
    if (!badge) missing.push(one.outerHTML.slice(0, 160));
  }
  const badges = [...document.querySelectorAll('.hints-badge')].map(one => ({code: one.dataset.hint, box: one.getBoundingClientRect()}));
  const hits = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const over_ = badges.filter((a, at) => badges.some((b, other) => other > at && hits(a.box, b.box))).map(one => one.code);
  const out = badges.filter(({box}) => box.left < 0 || box.top < 0 || box.right > innerWidth || box.bottom > innerHeight).map(one => one.code);
  const codes = badges.map(one => one.code);
  const begun = codes.filter((one, at) => codes.some((other, place) => place !== at && other.startsWith(one)));
  const far = badges.filter(({code, box}) => {
    const target = document.querySelector(`[data-letters="${code}"]`);
    const seen = target?.matches('input') ? target.closest('label, .ant-select') ?? target : target;
    const its = seen?.getBoundingClientRect();
    return !its || box.left > its.right + 30 || box.right < its.left - 30 || box.top > its.bottom + 30 || box.bottom < its.top - 30;
  }).map(one => one.code);
  return {count, missing, over: over_, out, begun, far, badges: badges.length};
}"""


@dataclass(frozen=True)
class Lettered:
    """What there was to press, and what is wrong with the letters on it: nothing, where all is well."""

    count: int
    missing: list[str]
    over: list[str]
    out: list[str]
    begun: list[str]
    far: list[str]
    badges: int

    @property
    def wrong(self) -> list[str]:
        faults = {"over": self.over, "out of sight": self.out, "begins another": self.begun, "far": self.far}
        return [f"no letters: {one}" for one in self.missing] + [f"{name}: {one}" for name, all_ in faults.items() for one in all_]  # fmt: skip


def show(page: Page) -> None:
    """Ask for the letters, as it is done while typing too."""
    page.keyboard.press("Control+;")
    page.locator(".hints-told", has_text=re.compile(r"\d")).wait_for()


def lettered(page: Page) -> Lettered:
    """Ask for the letters, and compare them with what there is to press; they are gone again when this returns."""
    show(page)
    found = Lettered(**page.evaluate(_THERE))
    page.keyboard.press("Escape")
    page.locator(".hints-told").wait_for(state="detached")
    return found


def press(page: Page, wanted: Locator) -> None:
    """Press it by its letters alone."""
    wanted.wait_for(state="attached")
    show(page)
    inner = wanted.get_attribute("data-letters") or wanted.locator("[data-letters]").first.get_attribute(
        "data-letters"
    )
    assert inner, f"no letters on {wanted}"
    page.keyboard.type(inner)
    page.locator(".hints-told").wait_for(state="detached")
