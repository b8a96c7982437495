"""Pages of the work: workspaces, boards, tasks."""

from tests.browser.acts import Page, attach, forged, send

WORK = "/o/halden/workspaces/"
BRIDGE, TASK = WORK + "{bridge}/", WORK + "{bridge}/tasks/1/"

WORKSPACES = [
    Page("workspaces", "olga", WORK),
    Page("workspaces-empty", "stan", "/o/nordic/workspaces/"),
    Page("workspaces-create", "olga", WORK + "?create"),
    Page("workspaces-create-bad", "olga", WORK + "?create", 422, send("/workspaces/", name=" ")),
    Page("workspaces-no-match", "olga", WORK + "?q=zzz"),
    Page("workspaces-archived", "olga", WORK + "?archived=1"),
    Page("workspace", "olga", BRIDGE),
    Page("workspace-member", "mia", BRIDGE),
    Page("workspace-archived", "olga", WORK + "{tunnel}/"),
    Page("workspace-settings", "olga", BRIDGE + "settings/"),
    Page("workspace-settings-bad", "olga", BRIDGE + "settings/", 422, send("", name=" ")),
    Page(
        "workspace-settings-stale",
        "olga",
        BRIDGE + "settings/",
        422,
        forged("", "version", "999", name="South bridge"),
    ),
    Page("workspace-settings-archived", "olga", WORK + "{tunnel}/settings/"),
    Page("workspace-delete", "olga", BRIDGE + "delete/"),
    Page("task", "olga", TASK),
    Page("task-bad", "olga", TASK, 422, send("/update/", title=" ", labels="x" * 41)),
    Page(
        "task-stale",
        "olga",
        TASK,
        422,
        forged("/update/", "version", "999", title="Paint the south pier twice", due_on="", labels="paint"),
    ),
    Page("task-attach-bad", "olga", TASK, 422, attach(("pier.jpg", b"<html>"), ("empty.txt", b""))),
    Page("task-attach-nothing", "olga", TASK, 422, attach()),
    Page("task-attachment-remove", "olga", TASK + "attachments/{photo}/remove/"),
    Page("task-archived", "olga", WORK + "{tunnel}/tasks/1/"),
    Page("task-delete", "olga", TASK + "delete/"),
]
