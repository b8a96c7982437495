"""The pages of the work: enough to see what a robot did, and to undo it."""

import re
from datetime import date
from typing import Any

import pytest

from accounts.models import Record
from tests.cast import Cast
from workspaces import actions, actions_tasks, bulk
from workspaces.models import Column, Task, Workspace

LIST = "/o/halden/workspaces/"


@pytest.fixture
def bridge(cast: Cast) -> Workspace:
    made = actions.create(cast.actor("olga"), "Harbour bridge", "Steel and concrete")
    bulk.create_many(cast.actor("olga"), made.public_id, [{"title": "Pour the deck"}, {"title": "Paint it"}])
    return made


def page(bridge: Workspace, more: str = "") -> str:
    return f"{LIST}{bridge.public_id}/{more}"


def typed(bridge: Workspace, **other: Any) -> dict[str, Any]:
    task = Task.objects.get(workspace=bridge, number=1)
    told = {"title": task.title, "column": task.column.public_id, "version": task.version}
    return told | other


def kinds(bridge: Workspace) -> list[str]:
    rows = Record.objects.filter(workspace_id=bridge.pk).order_by("seq")
    return [kind for kind in rows.values_list("type", flat=True) if kind.startswith("task.")][2:]


def test_a_workspace_is_made_and_found(cast: Cast) -> None:
    olga = cast.client("olga")
    assert "No workspaces yet" in olga.get(LIST).content.decode()
    answer = olga.post(LIST, {"name": "Harbour bridge", "description": "Steel"})
    made = Workspace.objects.get()
    assert answer.headers["Location"] == page(made)
    shown = olga.get(page(made)).content.decode()
    assert all(word in shown for word in ("Harbour bridge", "Planned", "In progress", "Done"))
    assert "Harbour bridge" in olga.get(LIST, {"q": "steel"}).content.decode()
    assert "Nothing matches" in olga.get(LIST, {"q": "tunnel"}).content.decode()
    refused = olga.post(LIST, {"name": " ", "description": "kept"})
    assert refused.status_code == 422 and "kept" in refused.content.decode()


def test_members_see_what_they_belong_to(cast: Cast, bridge: Workspace) -> None:
    mia, olga = cast.client("mia"), cast.client("olga")
    assert "Harbour" not in mia.get(LIST).content.decode()
    assert mia.get(page(bridge)).status_code == mia.get(page(bridge, "tasks/1/")).status_code == 404
    added = olga.post(page(bridge, "members/add/"), {"person": cast.users["mia"].public_id})
    assert added.status_code == 302 and "Mia" in olga.get(page(bridge, "settings/")).content.decode()
    assert "Pour the deck" in mia.get(page(bridge)).content.decode()
    assert mia.get(page(bridge, "settings/")).status_code == 403
    gone = olga.post(page(bridge, f"members/{cast.users['mia'].public_id}/remove/"))
    assert gone.status_code == 302 and mia.get(page(bridge)).status_code == 404
    assert olga.post(page(bridge, "members/add/"), {"person": "nobody"}).status_code == 422


def test_a_task_is_added_to_a_column(cast: Cast, bridge: Workspace) -> None:
    column = Column.objects.get(name="In progress", board__workspace=bridge)
    olga = cast.client("olga")
    where = page(bridge, "add/")
    assert olga.post(where, {"title": "Weld", "column": column.public_id}).status_code == 302
    assert Task.objects.get(title="Weld").column == column
    long = olga.post(where, {"title": "x" * 201, "column": column.public_id})
    assert long.status_code == 422 and "x" * 201 in long.content.decode()
    assert olga.post(where, {"title": "Weld", "column": "nowhere"}).status_code == 422
    assert Task.objects.count() == 3


def test_a_task_is_changed_moved_and_done(cast: Cast, bridge: Workspace) -> None:
    done = Column.objects.get(name="Done", board__workspace=bridge)
    olga = cast.client("olga")
    assert "Pour the deck" in olga.get(page(bridge, "tasks/1/")).content.decode()
    told = typed(
        bridge,
        title="Pour the northern deck",
        column=done.public_id,
        assignee=cast.users["adam"].public_id,
        due_on="2026-12-01",
        labels="concrete, concrete, night",
        done="on",
    )
    assert olga.post(page(bridge, "tasks/1/update/"), told).status_code == 302
    task = Task.objects.get(workspace=bridge, number=1)
    assert (task.title, task.column, task.labels) == ("Pour the northern deck", done, ["concrete", "night"])
    assert task.done_at and str(task.due_on) == "2026-12-01" and task.assignee_name == "Adam"
    assert kinds(bridge) == ["task.updated", "task.completed", "task.moved"]
    shown = olga.get(page(bridge)).content.decode()
    assert "night" in shown and "Adam" in shown


def test_saving_a_task_unchanged_records_nothing(cast: Cast, bridge: Workspace) -> None:
    assert cast.client("olga").post(page(bridge, "tasks/1/update/"), typed(bridge)).status_code == 302
    assert kinds(bridge) == []


def test_what_a_robot_did_meanwhile_is_not_overwritten(cast: Cast, bridge: Workspace) -> None:
    olga, mine = cast.client("olga"), typed(bridge, title="Mine")
    task = Task.objects.get(workspace=bridge, number=1)
    theirs = {"title": "Theirs", "assignee": cast.users["adam"].public_id, "due_on": date(2026, 12, 24)}
    actions_tasks.update(cast.actor("carl"), task.public_id, theirs)
    answer = olga.post(page(bridge, "tasks/1/update/"), mine)
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "changed this task meanwhile" in shown and 'value="Mine"' in shown and 'value="2"' in shown
    # What there is to compare with, where it differs and nowhere else.
    saved = ["Saved by now: Theirs", "Saved by now: Adam", "Saved by now: 2026-12-24"]
    assert all(text in shown for text in saved) and len(set(re.findall("Saved by now: [^<]*", shown))) == 3
    again = olga.post(page(bridge, "tasks/1/update/"), mine | {"version": 2})
    assert again.status_code == 302 and Task.objects.get(number=1).title == "Mine"
    workspace = {"name": "A", "description": "", "version": bridge.version}
    actions.update(cast.actor("carl"), bridge.public_id, {"name": "B"})
    stale = olga.post(page(bridge, "settings/"), workspace)
    shown = stale.content.decode()
    assert (
        stale.status_code == 422
        and "changed this workspace meanwhile" in shown
        and "Saved by now: B" in shown
    )


@pytest.mark.parametrize(
    "bad",
    [
        {"title": " "},
        {"title": "a\nb"},
        {"column": "nowhere"},
        {"assignee": "nobody"},
        {"due_on": "soon"},
        {"labels": "x" * 41},
        {"labels": ",".join(map(str, range(21)))},
        {"version": "x"},
        {"description": "\x07"},
    ],
)
def test_what_makes_no_sense_is_refused_and_kept(cast: Cast, bridge: Workspace, bad: dict[str, str]) -> None:
    answer = cast.client("olga").post(page(bridge, "tasks/1/update/"), typed(bridge, title="Typed") | bad)
    assert answer.status_code == 422 and kinds(bridge) == []
    assert "title" in bad or "Typed" in answer.content.decode()


def test_a_task_is_deleted_on_a_page_of_its_own(cast: Cast, bridge: Workspace) -> None:
    olga, where = cast.client("olga"), page(bridge, "tasks/1/delete/")
    assert "Delete Pour the deck" in olga.get(where).content.decode()
    assert Task.objects.current().count() == 2
    assert olga.post(where).status_code == 302 and Task.objects.current().count() == 1
    assert olga.post(where).status_code == olga.get(where).status_code == 404


def test_an_archived_workspace_is_readable_and_nothing_changes(cast: Cast, bridge: Workspace) -> None:
    olga = cast.client("olga")
    assert olga.post(page(bridge, "archive/")).status_code == 302
    assert bridge.public_id not in olga.get(LIST).content.decode()
    assert bridge.public_id in olga.get(LIST, {"archived": "1"}).content.decode()
    shown = olga.get(page(bridge)).content.decode()
    assert "Archived" in shown and "New task" not in shown
    assert "Update" not in olga.get(page(bridge, "tasks/1/")).content.decode()
    column = Column.objects.get(name="Planned", board__workspace=bridge).public_id
    refused = [
        olga.post(page(bridge, "add/"), {"title": "Weld the rail", "column": column}),
        olga.post(page(bridge, "tasks/1/update/"), typed(bridge, title="Weld the rail")),
    ]
    for answer in refused:
        # The form is there with what was typed: restored in another tab, it can be sent once more.
        told = answer.content.decode()
        assert answer.status_code == 422 and 'value="Weld the rail"' in told and "is archived" in told
    assert (
        olga.post(page(bridge, "tasks/1/delete/")).status_code == 302 and Task.objects.current().count() == 2
    )
    assert olga.post(page(bridge, "restore/")).status_code == 302
    assert "New task" in olga.get(page(bridge)).content.decode()


def test_an_archived_workspace_keeps_its_name_and_its_members(cast: Cast, bridge: Workspace) -> None:
    olga, mia = cast.client("olga"), cast.users["mia"].public_id
    olga.post(page(bridge, "members/add/"), {"person": mia})
    typed = {"name": "Renamed", "description": "", "version": ""}
    actions.archive(cast.actor("carl"), bridge.public_id)
    shown = olga.get(page(bridge, "settings/")).content.decode()
    assert "This workspace was archived" in shown and shown.count("/restore/") == 1 and "Mia" in shown
    assert 'name="name"' not in shown and 'name="person"' not in shown and "/remove/" not in shown
    answer = olga.post(page(bridge, "settings/"), typed)
    assert answer.status_code == 422 and 'value="Renamed"' in answer.content.decode()
    for verb, told in (("add", {"person": cast.users["ada"].public_id}), (f"{mia}/remove", {})):
        after = olga.post(page(bridge, f"members/{verb}/"), told, follow=True)
        assert "nothing of it changes until it is restored" in after.content.decode()
    bridge.refresh_from_db()
    assert bridge.name == "Harbour bridge" and bridge.members.count() == 1
    assert olga.post(page(bridge, "restore/")).status_code == 302
    assert olga.post(page(bridge, "settings/"), typed).status_code == 302
    assert olga.post(page(bridge, f"members/{mia}/remove/")).status_code == 302
    bridge.refresh_from_db()
    assert bridge.name == "Renamed" and not bridge.members.exists()


def test_whoever_may_not_restore_is_told_but_has_no_button(cast: Cast, bridge: Workspace) -> None:
    actions.add_member(cast.actor("olga"), bridge.public_id, cast.users["mia"].public_id)
    actions.archive(cast.actor("olga"), bridge.public_id)
    for where in (page(bridge), page(bridge, "tasks/1/")):
        shown = cast.client("mia").get(where).content.decode()
        assert "This workspace was archived" in shown and "/restore/" not in shown
        assert "/restore/" in cast.client("olga").get(where).content.decode()


def test_a_workspace_is_deleted(cast: Cast, bridge: Workspace) -> None:
    olga, where = cast.client("olga"), page(bridge, "delete/")
    assert "2 tasks made so far" in olga.get(where).content.decode()
    assert olga.post(where).status_code == 302
    assert olga.get(page(bridge)).status_code == 404
    assert bridge.public_id not in olga.get(LIST).content.decode()


def test_somebody_who_left_keeps_their_name_on_the_task(cast: Cast, bridge: Workspace) -> None:
    adam = cast.users["adam"].public_id
    task = Task.objects.get(workspace=bridge, number=1)
    actions_tasks.update(cast.actor("olga"), task.public_id, {"assignee": adam})
    Task.objects.filter(pk=task.pk).update(assignee=None)
    olga = cast.client("olga")
    assert "Adam" in olga.get(page(bridge, "tasks/1/")).content.decode()
    assert olga.post(page(bridge, "tasks/1/update/"), typed(bridge, title="Other")).status_code == 302
    assert Task.objects.get(pk=task.pk).assignee_name == "Adam"


def test_the_pages_cost_the_same_whatever_there_is(cast: Cast, bridge: Workspace, queries: Any) -> None:
    olga = cast.client("olga")
    for where in (LIST, page(bridge)):
        olga.get(where)
    few = [queries(lambda where=where: olga.get(where)) for where in (LIST, page(bridge))]
    bulk.create_many(cast.actor("olga"), bridge.public_id, [{"title": f"Task {n}"} for n in range(120)])
    for number in range(10):
        actions.create(cast.actor("olga"), f"Workspace {number}")
    assert [queries(lambda where=where: olga.get(where)) for where in (LIST, page(bridge))] == few
    assert "and 72 more" in olga.get(page(bridge)).content.decode()


def test_owners_are_led_to_the_record_of_a_thing(cast: Cast, bridge: Workspace) -> None:
    task = Task.objects.get(workspace=bridge, number=1)
    shown = cast.client("olga").get(page(bridge, "tasks/1/")).content.decode()
    assert f"about=task:{task.public_id}" in shown
    assert "about=task" not in cast.client("adam").get(page(bridge, "tasks/1/")).content.decode()
