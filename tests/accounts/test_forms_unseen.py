"""What a form carries unseen: broken, it is said in one sentence without an internal name, and the form can be sent again."""

import re
from html import unescape
from typing import Any

import pytest
from django import forms
from django.test import Client

from accounts.forms_unseen import problems
from accounts.models import Group
from tests.accounts.forms import Page
from tests.cast import Cast
from workspaces import actions, bulk

LOST = "A part of this form got lost. Look through it, then press the button again."


def list_of_errors(answer: Any) -> str:
    """What stands at the top of the page."""
    return unescape(re.search(r'role="alert">.*?<ul>(.*?)</ul>', answer.content.decode(), re.DOTALL)[1])  # type: ignore[index]


def filled_in(answer: Any, to: str) -> dict[str, Any]:
    """The form that goes there ("": back to the page itself)."""
    return dict(Page(answer.content.decode()).forms[to])


@pytest.fixture
def olga(cast: Cast) -> Client:
    return cast.client("olga")


@pytest.fixture(params=["general", "policy", "robot", "group", "workspace", "task"])
def form_page(request: pytest.FixtureRequest, cast: Cast) -> tuple[str, str, str]:
    """The page, where its form goes, and its hidden field."""
    owner = cast.actor("olga")
    if request.param in ("workspace", "task"):
        made = actions.create(owner, "Bridge")
        bulk.create(owner, made.public_id, {"title": "Weld"})
        place = f"/o/halden/workspaces/{made.public_id}/"
        task = (place + "tasks/1/", place + "tasks/1/update/", "version")
        return task if request.param == "task" else (place + "settings/", "", "version")
    robot = cast.home.robots.order_by("pk")[0]
    group = Group.objects.create(organization=cast.home, name="Crane crew")
    general = "/o/halden/settings/general/"
    robots, groups = f"/o/halden/settings/robots/{robot.public_id}/", f"/o/halden/groups/{group.public_id}/"
    return {
        "general": (general, general, "was"),
        "policy": ("/o/halden/settings/api/", "/o/halden/settings/api/", "shown"),
        "robot": (robots, robots + "update/", "version"),
        "group": (groups, groups + "update/", "version"),
    }[request.param]


@pytest.mark.parametrize("broken", ["\0", "\0" * 300])
def test_a_broken_part_has_no_name_and_comes_back_whole(
    olga: Client, form_page: tuple[str, str, str], broken: str
) -> None:
    there, to, hidden = form_page
    typed = filled_in(olga.get(there), to)
    answer = olga.post(to or there, typed | {hidden: broken})
    assert answer.status_code == 422
    assert re.sub(r"</?li>|\s{2,}", "", list_of_errors(answer)) == LOST
    again = filled_in(answer, to)
    assert again[hidden] == typed[hidden] and olga.post(to or there, again).status_code == 302


class Proof(forms.Form):
    """One hidden part that has a name for people, one that has none."""

    passkey = forms.CharField(label="Passkey", widget=forms.HiddenInput)
    number = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField()


def test_what_has_a_label_keeps_its_words() -> None:
    told = problems(Proof({}))
    assert [(one["label"], bool(one["field"])) for one in told] == [
        ("Passkey", False),
        ("Name", True),
        ("", False),
    ]
    assert told[0]["text"] == "This field is required." and told[2]["text"] == LOST
    assert problems(Proof({"passkey": "x", "number": "1", "name": "y"})) == []


def test_two_owners_rename_a_group(cast: Cast, olga: Client) -> None:
    group = Group.objects.create(organization=cast.home, name="Crane crew")
    there = f"/o/halden/groups/{group.public_id}/"
    mine = Page(olga.get(there).content.decode()).form("/update/") | {"name": "Mine"}
    theirs = Page(olga.get(there).content.decode()).form("/update/") | {"name": "Theirs"}
    assert cast.client("carl").post(there + "update/", theirs).status_code == 302
    answer = olga.post(there + "update/", mine)
    assert answer.status_code == 422 and "Compare, then press Update again" in answer.content.decode()
    again = Page(answer.content.decode()).form("/update/")
    assert again["name"] == "Mine" and olga.post(there + "update/", again).status_code == 302
    assert Group.objects.get(pk=group.pk).name == "Mine"
