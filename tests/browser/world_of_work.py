"""What Halden Construction works on: a bridge with tasks, and a tunnel that is archived."""

from datetime import date
from typing import TYPE_CHECKING

from config.demo_photos import bridge as crossing
from config.demo_photos import jpeg, roof, wall
from tests.workspaces.attaching import PDF, attached
from workspaces import actions, actions_tasks, bulk, drawing
from workspaces.models import Column

if TYPE_CHECKING:
    from tests.browser.world import World

UNBROKEN = "Straßenbahnhaltestellenbeleuchtungssteuerung"


def settle(world: "World") -> None:
    """Two workspaces."""
    olga = world.actor("olga")
    bridge = actions.create(
        olga, "Harbour bridge", "Steel and concrete across the northern harbour, until May."
    )
    for who in ("mia", "ada"):
        actions.add_member(olga, bridge.public_id, world.cast.users[who].public_id)
    columns = list(Column.objects.filter(board__workspace=bridge).order_by("position"))
    titles = ["Pour the northern deck", f"Check the {UNBROKEN}", "Paint the railing", "Photograph the piers"]
    wanted = [
        {
            "title": title,
            "column": columns[number % 2].public_id,
            "labels": ["concrete", "night shift"][: number % 3],
        }
        for number, title in enumerate(titles)
    ]
    made = bulk.create_many(olga, bridge.public_id, wanted)
    mine = {
        "assignee": world.cast.users["mia"].public_id,
        "due_on": date(2026, 12, 1),
        "description": "In one go.",
    }
    actions_tasks.update(olga, made[0].public_id, mine)  # type: ignore[union-attr]
    actions_tasks.update(olga, made[3].public_id, {"done": True, "column": columns[2].public_id})  # type: ignore[union-attr]
    pictures(world, made[0].public_id)  # type: ignore[union-attr]
    attached(olga, made[1].public_id, b"a,b\n1,2\n", f"{UNBROKEN}.csv")  # type: ignore[union-attr]
    tunnel = actions.create(olga, f"Tunnel {UNBROKEN}")
    blast = bulk.create(olga, tunnel.public_id, {"title": "Blast", "labels": ["rock"]})
    attached(olga, blast.public_id, jpeg(roof()), "before.jpg")
    actions.archive(olga, tunnel.public_id)
    world.links |= {"bridge": bridge.public_id, "tunnel": tunnel.public_id}


def pictures(world: "World", task: str) -> None:
    """At one task: a wide and a narrow photo, one that can't be drawn, one that is not drawn yet, and two files."""
    olga, mia = world.actor("olga"), world.actor("mia")
    narrow = wall().resize((500, 1500))
    first = attached(olga, task, jpeg(crossing()), "northern pier.jpg")
    attached(mia, task, jpeg(narrow), f"{UNBROKEN} {UNBROKEN}.jpg")
    attached(mia, task, jpeg(roof())[:2000], "broken.jpg")
    drawing.draw_due()
    attached(mia, task, jpeg(roof()), "today.jpg")
    attached(olga, task, PDF * 9000, "Statics of the northern deck.pdf")
    attached(mia, task, b"pier,mm\nnorth,2\n", "measurements.csv")
    world.links |= {"photo": first.public_id}
