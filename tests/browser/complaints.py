"""What a page is held against: content policy, console, accessibility, width, language, words that leaked."""

import re
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

# Noted by the browser itself, so that nothing of ours has to be in the page for it.
LISTEN = """
addEventListener("securitypolicyviolation", (event) => {
  (window.refusedByPolicy ??= []).push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
});
"""
AXE_OPTIONS = {
    "resultTypes": ["violations"],
    "preload": False,
    # Not on by itself; the look promises targets of 24 px.
    "rules": {"target-size": {"enabled": True}},
}
AXE_WITHOUT_COLOURS = AXE_OPTIONS | {
    "rules": {"target-size": {"enabled": True}, "color-contrast": {"enabled": False}}
}
AXE = """async (options) => {
  // Under an open menu the page is half covered, and another row looks at it without one.
  const { violations } = await axe.run(document.querySelector("details.gh-menu[open]") ?? document, options);
  return violations.map(({ id, help, nodes }) => `${id} (${help}), ${nodes.length} times: `
    + nodes.slice(0, 3).map((node) => `${node.target} ${node.html.slice(0, 160)}`).join(" "));
}"""
TOO_WIDE = """() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const beyond = [...document.querySelectorAll("body *")].filter((one) => {
    const { right, width } = one.getBoundingClientRect();
    return width && right > clientWidth + 0.5;
  });
  return [`${scrollWidth} px of ${clientWidth}: ${beyond.slice(0, 8).map((one) =>
    one.cloneNode().outerHTML.slice(0, 120)).join(" ")}`];
}"""
# Text that its own box hides; `text-overflow` and line clamps say so themselves and are meant.
CUT_OFF = """() => [...document.querySelectorAll("button, .btn, label, th, dt, h1, h2, legend, summary, .gh-tabs a")]
  .filter((one) => {
    const style = getComputedStyle(one);
    return one.checkVisibility() && style.overflowX !== "visible" && style.textOverflow !== "ellipsis"
      && one.scrollWidth > one.clientWidth + 1 && !one.closest(".visually-hidden");
  }).map((one) => one.outerHTML.slice(0, 160))"""
# Every label a third longer, as Polish or German would be.
GROW = """() => {
  const words = "button, .btn, label, legend, th, dt, h1, h2, a, summary, [data-label], .gh-state, option";
  for (const one of document.querySelectorAll(words)) {
    if (one.dataset.label) one.dataset.label += "nych".repeat(one.dataset.label.length / 12 + 1);
    for (const node of one.childNodes) {
      const text = node.nodeType === Node.TEXT_NODE ? node.data.trim() : "";
      if (text.length > 1) node.data = text + "owych ".repeat(Math.ceil(text.length / 18)).trim();
    }
  }
}"""
# A "None" that begins its line is a word of ours.
LEAKED = re.compile(
    r"%\(\w+\)|%[sd]\b|\{[a-z_]*\}|\{[{%]|[%}]\}|(?<=.)\bNone\b|\bundefined\b|__proxy__|&(?:lt|gt|amp|quot);"
    r"|</?\w+[ >]|blocktrans|\bTrue\b|\bFalse\b"
)


def listen(context: BrowserContext) -> list[str]:
    """Everything that pages of this context complain about from now on; empty it between pages."""
    heard: list[str] = []

    def console(message: ConsoleMessage) -> None:
        # The answer itself may be a 403 or a 422: that is no complaint of the page's.
        own = message.location.get("url", "") == (message.page.url if message.page else "")
        if message.type in ("error", "warning") and not (own and "status of" in message.text):
            heard.append(f"console: {message.text}")

    def failed(request: Request) -> None:
        # Nobody's fault: going back to the answer to a form (the browser kept nothing, as it should), and a
        # page that was left before all of it had come. What we don't have is an answer, 404, not a failure.
        if request.failure not in ("net::ERR_CACHE_MISS", "net::ERR_ABORTED"):
            heard.append(f"not loaded: {request.url} {request.failure}")

    context.add_init_script(LISTEN)
    context.on("console", console)
    context.on("weberror", lambda error: heard.append(f"script: {error.error}"))
    context.on("requestfailed", failed)
    return heard


def policy(page: Page) -> list[str]:
    """What the content policy refused."""
    return [f"policy: {told}" for told in page.evaluate("() => window.refusedByPolicy ?? []")]


def axe(page: Page, colours: bool = True) -> list[str]:
    """Violations that axe finds in what is visible now; measuring contrast is what takes long."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return [f"axe: {told}" for told in page.evaluate(AXE, AXE_OPTIONS if colours else AXE_WITHOUT_COLOURS)]


def width(page: Page) -> list[str]:
    """Sideways overflow, and labels that their own box cuts off."""
    cut = [f"cut off: {told}" for told in page.evaluate(CUT_OFF)]
    return [f"too wide: {told}" for told in page.evaluate(TOO_WIDE)] + cut


def grown(page: Page) -> list[str]:
    """The same once labels are a third longer."""
    page.evaluate(GROW)
    return [f"with longer words: {told}" for told in width(page)]


def language(page: Page, wanted: str) -> list[str]:
    """The document's language, its title, and words that never should have reached a reader."""
    told = page.evaluate(
        "() => ({ lang: document.documentElement.lang, title: document.title, text: document.body.innerText })"
    )
    problems = [] if told["lang"] == wanted else [f"language: {told['lang']!r}, not {wanted!r}"]
    if not re.fullmatch(r"\S.* · Gatehouse", told["title"]):
        problems.append(f"title: {told['title']!r}")
    return problems + [f"leaked: {found[0]!r}" for found in LEAKED.finditer(text_of(told))]


def text_of(told: dict[str, Any]) -> str:
    """Title and text together."""
    return f"{told['title']}\n{told['text']}"
