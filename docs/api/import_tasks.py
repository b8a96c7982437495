"""Imports tasks and their photos from a CSV file into a workspace, as a robot. Python's standard library only.

    set -a; . ./nightly-backup.env; set +a
    python3 import_tasks.py tasks.csv "Harbour bridge"

The file has a line of headings: title, description, labels, due_on, done, photos; only title is needed. Several labels or
photos have semicolons between them; photos are files beside the CSV file. A workspace of that name is used, or made.
Run again within 24 hours, it goes on where it was interrupted: what is there already is not made twice.
Lines that are refused are named on stderr, and the status is 1 then.
"""

import base64
import csv
import hashlib
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

BASE = os.environ["GATEHOUSE_BASE_URL"] + "/api/v1"
token = ""


def ask_for_token() -> str:
    """An access token; it works for an hour (RFC 6749, section 4.4)."""
    pair = f"{os.environ['GATEHOUSE_CLIENT_ID']}:{os.environ['GATEHOUSE_CLIENT_SECRET']}"
    headers = {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
    body = b"grant_type=client_credentials"
    asked = urllib.request.Request(os.environ["GATEHOUSE_TOKEN_URL"], body, headers)
    with urllib.request.urlopen(asked) as answer:
        return str(json.load(answer)["access_token"])


def call(method: str, path: str, body: bytes | None = None, key: str = "", **headers: str) -> Any:
    """What the API answers. Waits when it is told to, and asks for a new token when the old one has ended."""
    global token
    for _attempt in range(10):
        token = token or ask_for_token()
        given = {"Authorization": f"Bearer {token}"} | {
            name.replace("_", "-"): it for name, it in headers.items()
        }
        if key:
            given["Idempotency-Key"] = hashlib.sha256(key.encode()).hexdigest()
        try:
            with urllib.request.urlopen(
                urllib.request.Request(BASE + path, body, given, method=method)
            ) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code == 401:
                token = ""
            elif error.code in (429, 503):
                time.sleep(int(error.headers.get("Retry-After", "5")))
            else:
                sys.exit(f"{method} {path}: {error.code} {error.read().decode()}")
    sys.exit(f"{method} {path}: gave up")


def post(path: str, body: Any, key: str) -> Any:
    """The same with JSON; sent again with the same key it happens once."""
    return call("POST", path, json.dumps(body).encode(), key, Content_Type="application/json")


def workspace(name: str) -> str:
    """The id of the workspace of that name."""
    after = ""
    while True:
        page = call("GET", f"/workspaces?limit=200&after={after}")
        for one in page["items"]:
            if one["name"] == name:
                return str(one["id"])
        if page["next"] is None:
            return str(post("/workspaces", {"name": name}, f"workspace {name}")["id"])
        after = page["next"]


def words(cell: str) -> list[str]:
    """What stands between semicolons."""
    return [word.strip() for word in cell.split(";") if word.strip()]


def task(row: dict[str, str]) -> dict[str, Any]:
    """A line of the file as the API wants it."""
    return {
        "title": row["title"],
        "description": row.get("description") or "",
        "labels": words(row.get("labels") or ""),
        "due_on": row.get("due_on") or None,
        "done": (row.get("done") or "").lower() in ("yes", "true", "1"),
    }


def attach(task_id: str, photo: Path) -> None:
    """Send one photo, as it is."""
    content = photo.read_bytes()
    named = f"attachment; filename*=UTF-8''{urllib.parse.quote(photo.name)}"
    key = f"{task_id} {photo.name} {hashlib.sha256(content).hexdigest()}"
    headers = {"Content_Type": "application/octet-stream", "Content_Disposition": named}
    call("POST", f"/tasks/{task_id}/attachments", content, key, **headers)


def main(file: Path, name: str) -> int:
    """How many lines were refused."""
    with file.open(newline="", encoding="utf-8-sig") as opened:
        reader = csv.DictReader(opened)
        if "title" not in (reader.fieldnames or ()):
            sys.exit("The first line names the columns, with commas between them; there is no column title.")
        rows = list(reader)
    photos = [[file.parent / photo for photo in words(row.get("photos") or "")] for row in rows]
    if missing := [str(photo) for some in photos for photo in some if not photo.is_file()]:
        sys.exit(f"These photos are not there, nothing was imported: {', '.join(missing)}")
    place, refused = workspace(name), 0
    for first in range(0, len(rows), 100):
        body = {"tasks": [task(row) for row in rows[first : first + 100]]}
        made = post(f"/workspaces/{place}/tasks/bulk", body, f"{place} {first} {json.dumps(body)}")
        for number, result in enumerate(made["results"], first):
            if result["status"] != 201:
                refused += 1
                print(f"line {number + 2}: {json.dumps(result['errors'])}", file=sys.stderr)
                continue
            for photo in photos[number]:
                attach(result["task"]["id"], photo)
    print(f"{len(rows) - refused} tasks are in {name}.")
    return refused


if __name__ == "__main__":
    sys.exit(1 if main(Path(sys.argv[1]), sys.argv[2]) else 0)
