"""The scripts of docs/api that import a CSV file with photos, as they stand, against a running product."""

import csv
import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.operations.product import ROOT, Product

SCRIPTS = ROOT / "docs" / "api"
HEADINGS = ["title", "description", "labels", "due_on", "done", "photos"]
LINES = [
    [
        "Paint the pier",
        'Two coats, "red"\\blue',
        "paint; outside",
        "2026-12-31",
        "",
        "pier.jpg; from the east.jpg",
    ],
    ["Żuraw, wysoki", "", "", "", "yes", "żuraw 1.jpg"],
    ["Open it", "", "", "", "", ""],
]


@pytest.fixture(scope="module")
def demo(running: Product) -> dict[str, Any]:
    """The demo organization's people and robots."""
    command = [sys.executable, "manage.py", "demo", "--json"]
    told = subprocess.run(command, cwd=ROOT, env=running.environment, capture_output=True, check=True).stdout
    found: dict[str, Any] = json.loads(told)
    return found


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """A CSV file with its photos beside it."""
    for number, name in enumerate(("pier.jpg", "from the east.jpg", "żuraw 1.jpg")):
        Image.new("RGB", (40 + number, 30), "red").save(tmp_path / name)
    with (tmp_path / "tasks.csv").open("w", newline="", encoding="utf-8") as opened:
        csv.writer(opened).writerows([HEADINGS, *LINES])
    return tmp_path / "tasks.csv"


class Robot:
    """The demo's robby, as its .env file has it."""

    def __init__(self, product: Product, robot: dict[str, str]) -> None:
        self.base = f"http://127.0.0.1:{product.port}"
        self.environment = os.environ | {
            "GATEHOUSE_CLIENT_ID": robot["client_id"],
            "GATEHOUSE_CLIENT_SECRET": robot["client_secret"],
            "GATEHOUSE_TOKEN_URL": f"{self.base}/oauth2/token",
            "GATEHOUSE_BASE_URL": self.base,
        }

    def run(self, kind: str, sheet: Path, place: str) -> "subprocess.CompletedProcess[str]":
        """Run the script of that kind."""
        program = [sys.executable, "import_tasks.py"] if kind == "python" else ["sh", "import_tasks.sh"]
        command = [*program, str(sheet), place]
        return subprocess.run(
            command, cwd=SCRIPTS, env=self.environment, capture_output=True, text=True, timeout=120
        )


def api(robot: Robot, token: str, path: str, body: Any = None) -> Any:
    """What the API answers to somebody else."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    data = json.dumps(body).encode() if body else None
    asked = urllib.request.Request(f"{robot.base}/api/v1{path}", data, headers)
    with urllib.request.urlopen(asked, timeout=60) as answer:
        return json.load(answer)


def there(robot: Robot, token: str, place: str) -> list[tuple[Any, ...]]:
    """Each task with the names of its photos."""
    told = []
    for task in api(robot, token, f"/workspaces/{place}/tasks")["items"]:
        photos = api(robot, token, f"/tasks/{task['id']}/attachments")["items"]
        assert all(photo["kind"] == "photo" and photo["by"]["kind"] == "robot" for photo in photos)
        shown = [task[name] for name in ("title", "description", "labels", "due_on", "done")]
        told.append((*shown, [photo["name"] for photo in photos]))
    return told


@pytest.mark.parametrize("kind", ["python", "sh"])
def test_a_file_is_imported_once_however_often_it_is_sent(
    running: Product, demo: dict[str, Any], sheet: Path, kind: str
) -> None:
    robot, olga = Robot(running, demo["robots"]["robby"]), demo["tokens"]["olga"]["secret"]
    place = api(robot, olga, "/workspaces", {"name": f"Imported with {kind}"})["id"]
    for _time in range(2):
        done = robot.run(kind, sheet, f"Imported with {kind}" if kind == "python" else place)
        assert (done.returncode, done.stderr) == (0, ""), done
        assert done.stdout.startswith("3 tasks are ")
    assert there(robot, olga, place) == [
        (
            LINES[0][0],
            LINES[0][1],
            ["paint", "outside"],
            "2026-12-31",
            False,
            ["pier.jpg", "from the east.jpg"],
        ),
        (LINES[1][0], "", [], None, True, ["żuraw 1.jpg"]),
        (LINES[2][0], "", [], None, False, []),
    ]


@pytest.mark.parametrize("kind", ["python", "sh"])
def test_a_line_that_is_refused_is_named_and_the_others_are_there(
    running: Product, demo: dict[str, Any], tmp_path: Path, kind: str
) -> None:
    robot, olga = Robot(running, demo["robots"]["robby"]), demo["tokens"]["olga"]["secret"]
    place = api(robot, olga, "/workspaces", {"name": f"Refused with {kind}"})["id"]
    sheet = tmp_path / "tasks.csv"
    sheet.write_text("title,description,labels,due_on,done,photos\na,,,,,\nb,,,soon,,\nc,,,,,\n")
    done = robot.run(kind, sheet, f"Refused with {kind}" if kind == "python" else place)
    assert done.returncode == 1 and "line 3" in done.stderr and "due_on" in done.stderr, done
    assert [row[0] for row in there(robot, olga, place)] == ["a", "c"]
    assert demo["robots"]["robby"]["client_secret"] not in done.stdout + done.stderr
