"""The API's page: its quick start runs as it stands, and calls can be tried out there with a token."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.site import Site
from tests.tokens.conftest import personal
from workspaces import actions
from workspaces.models import Workspace

PAGE = "/o/halden/api/"


def snippets(here: Site) -> list[str]:
    tab = here.tab("olga")
    tab.goto(here.url + PAGE)
    return tab.locator(".gh-start pre").all_inner_texts()


@pytest.mark.parametrize(
    ("number", "program"), [(0, ["bash"]), (1, [sys.executable]), (2, ["node", "--input-type=module"])]
)
def test_the_quick_start_runs_as_it_stands(
    site: Callable[[], Site], settings: Any, number: int, program: list[str]
) -> None:
    if shutil.which(program[0]) is None:
        pytest.skip(f"no {program[0]} here")
    here = site()
    settings.GATEHOUSE_URL = here.url
    actions.create(here.world.actor("olga"), "Harbour bridge")
    given = os.environ | {"GATEHOUSE_TOKEN": personal(here.world.cast, "olga")}
    done = subprocess.run(
        program,
        input=snippets(here)[number],
        env=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "Harbour bridge" in done.stdout


def test_a_call_is_tried_out_with_a_token_that_stays_in_the_page(site: Callable[[], Site]) -> None:
    here = site()
    token = personal(here.world.cast, "olga")
    tab = here.tab("olga")
    tab.goto(here.url + PAGE)
    me = tab.locator("details.gh-call", has_text="/api/v1/me")
    me.locator("summary").click()
    me.get_by_role("button", name="Try it").click()
    # Without a token there is nothing to try: the field asks for it.
    expect(tab.locator("#try-token")).to_be_focused()
    tab.locator("#try-token").fill(token)
    me.get_by_role("button", name="Try it").click()
    expect(me.get_by_role("status")).to_contain_text("200")
    expect(me.locator("pre")).to_contain_text('"slug": "halden"')
    make = tab.locator("details.gh-call", has_text="POST").filter(has_text="/api/v1/workspaces").first
    make.locator("summary").click()
    make.locator("textarea").fill('{"name": "Made by trying out"}')
    make.locator("form").evaluate("form => { form.requestSubmit(); form.requestSubmit(); }")
    expect(make.get_by_role("status")).to_contain_text("201")
    assert Workspace.objects.filter(name="Made by trying out").count() == 1
    tab.locator("#try-token").fill("zażółć")
    me.get_by_role("button", name="Try it").click()
    expect(tab.locator("#try-token")).to_be_focused()
    tab.locator("#try-token").fill("nothing")
    me.get_by_role("button", name="Try it").click()
    expect(me.get_by_role("status")).to_contain_text("401")
    kept = tab.evaluate("() => JSON.stringify([localStorage, sessionStorage, document.cookie])")
    assert token not in kept
    tab.reload()
    assert tab.locator("#try-token").input_value() == ""
