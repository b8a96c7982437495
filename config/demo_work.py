"""What the demo organization works on: tasks in every column, with photos and a table of measurements."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Actor, ActorKind, machine_powers
from config import demo_photos
from robots.models import Robot
from workspaces import actions, actions_attachments, bulk
from workspaces.models import Column, Task, Workspace
from workspaces.uploading import Upload

MEASUREMENTS = "pier,settlement in mm\nnorth 1,2.1\nnorth 2,1.8\nsouth 1,0.4\n"
# name → (description, tasks: (title, column, days until it is due, labels, pictures))
WORKSPACES: dict[str, tuple[str, list[tuple[str, int, int | None, list[str], list[str]]]]] = {
    "Harbour bridge": (
        "Steel, concrete and tides: the crossing at Halden harbour.",
        [
            ("Photograph the piers at low tide", 1, 2, ["photos"], ["bridge"]),
            ("Pour the northern deck", 0, 9, ["concrete", "night shift"], []),
            ("Order cables for the south pylon", 0, 21, ["steel"], []),
            ("Survey the abutments", 2, None, ["survey"], ["bridge"]),
        ],
    ),
    "Town hall roof": (
        "Slate and copper, until the frost.",
        [
            ("Replace the broken slates", 1, 4, ["slate"], ["roof"]),
            ("Check the chimney flashing", 0, 11, ["copper"], []),
        ],
    ),
    "School extension": (
        "Twelve classrooms and a gym.",
        [
            ("Glaze the south front", 1, 6, ["windows"], ["wall"]),
            ("Choose the floor of the gym", 0, 30, [], []),
        ],
    ),
}


def load(owner: Actor, robot: Robot, member: str) -> list[dict[str, str]]:
    """Make what is not there yet, with that person in the first workspace; id and name of every workspace."""
    there = set(Workspace.objects.visible_to(owner).values_list("name", flat=True))
    for name, (description, tasks) in WORKSPACES.items():
        if name not in there:
            actions.create(owner, name, description)
        place = Workspace.objects.visible_to(owner).filter(name=name).order_by("pk")[0]
        if name == next(iter(WORKSPACES)) and place.archived_at is None:
            actions.add_member(owner, place.public_id, member)
        if not place.last_number and place.archived_at is None:
            _fill(owner, _robot_actor(robot), place, tasks)
    rows = Workspace.objects.visible_to(owner).order_by("pk")
    return [{"id": row.public_id, "name": row.name} for row in rows]


def _fill(owner: Actor, robby: Actor, place: Workspace, tasks: list[Any]) -> None:
    columns = list(Column.objects.filter(board__workspace=place).order_by("board", "position"))
    mia = Membership.objects.current().filter(organization=owner.home, workspaces=place)
    person = mia.values_list("user__public_id", flat=True).first()
    today = timezone.localdate()
    for number, (title, column, days, labels, pictures) in enumerate(tasks):
        wanted: dict[str, Any] = {"title": title, "labels": labels, "done": column == 2}
        wanted["due_on"] = None if days is None else today + timedelta(days=days)
        wanted["column"] = columns[column].public_id
        wanted["assignee"] = person if number == 0 else None
        made = bulk.create(owner, place.public_id, wanted)
        for name in pictures:
            _attach(robby, made, f"{name}.jpg", demo_photos.jpeg(getattr(demo_photos, name)()))
        if "survey" in labels:
            _attach(robby, made, "measurements.csv", MEASUREMENTS.encode())


def _attach(actor: Actor, task: Task, name: str, content: bytes) -> None:
    upload = Upload(name)
    upload.take(content)
    with actions_attachments.stored(upload) as given:
        actions_attachments.attach(actor, task.public_id, given)
    upload.close()


def _robot_actor(robot: Robot) -> Actor:
    return Actor(
        kind=ActorKind.ROBOT,
        key=robot.public_id,
        name=robot.name,
        organization=robot.organization,
        powers=machine_powers(robot.all_scopes()),
        scopes=robot.all_scopes(),
    )
