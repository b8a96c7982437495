"""The demo's work: tasks with photos that can be drawn, made once."""

from config import demo_work
from tests.cast import Cast
from tests.workspaces.attaching import files
from workspaces import drawing
from workspaces.models import Attachment, Task, Workspace


def test_the_demo_has_tasks_with_photos(cast: Cast, storage: object) -> None:
    told = [demo_work.load(cast.actor("olga"), cast.robby, cast.users["mia"].public_id) for _ in range(2)]
    assert told[0] == told[1] and [row["name"] for row in told[0]] == list(demo_work.WORKSPACES)
    assert Task.objects.count() == 8 and Attachment.objects.count() == 5
    assert drawing.draw_due() == 4
    assert set(Attachment.objects.values_list("kind", "preview")) == {("photo", "ready"), ("file", "none")}
    assert set(Attachment.objects.values_list("by_kind", "by_name")) == {("robot", "Robby")}
    assert Workspace.objects.filter(members__user=cast.users["mia"]).count() == 1 and len(files()) == 13
