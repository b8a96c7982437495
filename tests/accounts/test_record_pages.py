"""The record's page: lines in words, filters, paging, and what may not be asked."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone, translation

from accounts import actions as ground
from accounts import record_reading as reading
from accounts.catalogue import EventType
from accounts.models import Record, RecordDetails
from accounts.sentences import GROUPS, SENTENCES, plain, types_in
from robots import actions as robots
from tests.accounts.record import RECORD, fill, lines
from tests.cast import Cast


def page(cast: Cast, query: str = "", who: str = "olga") -> str:
    answer = cast.client(who).get(RECORD + query)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


# ---------- words ----------


@pytest.mark.parametrize("kind", list(EventType))
def test_every_event_has_a_sentence_and_a_group(kind: EventType) -> None:
    assert kind.value in SENTENCES, f"{kind.value} has no sentence in accounts/sentences.py"
    assert any(kind.value in types_in(group) for group in GROUPS), f"{kind.value} belongs to no group"
    with translation.override("en"):
        names = {"actor": "Olga", "thing": "Robby", "with": "Mia", "to": "Mia"}
        assert "%" not in plain(kind.value, names, {})


def test_a_line_says_who_did_what_when_and_from_where(cast: Cast) -> None:
    olga = cast.client("olga")
    olga.post(
        f"/o/halden/settings/robots/{cast.robby.public_id}/share/", {"member": cast.users["mia"].public_id}
    )
    html = page(cast)
    said = re.search(r'class="gh-what"[^>]*>(.*?)<details', html, re.DOTALL)
    assert said and re.sub("<[^>]+>", "", said[1]).strip() == "Shared Robby with Mia"
    row = Record.objects.filter(organization_id=cast.home.pk).latest("seq")
    assert row.request_id in html and "127.0.0.1" in html and "robot.shared" in html
    assert "Today, " in html


def test_names_survive_what_they_name(cast: Cast) -> None:
    ground.rename(cast.actor("olga"), cast.home, "Halden & <b>Søn</b>")
    ground.rename(cast.actor("olga"), cast.home, "Something else")
    html = page(cast)
    assert "Halden &amp; &lt;b&gt;Søn&lt;/b&gt;" in html and "<b>Søn" not in html


def test_erased_details_say_so(cast: Cast) -> None:
    RecordDetails.objects.filter(organization_id=cast.home.pk).delete()
    html = page(cast)
    assert "[erased]" in html and "Erased, because a person asked for it." in html and "Robby" not in html


def test_another_organizations_lines_are_not_there(cast: Cast) -> None:
    ground.rename(cast.actor("stan"), cast.elsewhere, "Nordic Secret Lab")
    assert "Nordic Secret Lab" not in page(cast) + page(cast, "?q=Nordic")


def test_the_tab_is_the_owners(cast: Cast) -> None:
    assert 'href="/o/halden/record/"' in page(cast, who="carl")
    assert 'href="/o/halden/record/"' not in cast.client("adam").get("/o/halden/").content.decode()


# ---------- filters ----------


def shown(cast: Cast, query: str) -> list[int]:
    return [int(seq) for seq in re.findall(r"Details of line (\d+)<", page(cast, query))]


@pytest.fixture
def told(cast: Cast) -> Cast:
    """Carl renames twice, olga shares robby with mia."""
    for name in ("Żółw 🏗️", 'O\'Brien "& Co" 100%'):
        ground.rename(cast.actor("carl"), cast.home, name)
    robots.share(cast.actor("olga"), cast.robby.public_id, cast.users["mia"].public_id)
    return cast


def seqs(cast: Cast, **given: Any) -> list[int]:
    rows = Record.objects.filter(organization_id=cast.home.pk, **given)
    return sorted(rows.values_list("seq", flat=True), reverse=True)


def test_by_person(told: Cast) -> None:
    carl = told.users["carl"].public_id
    assert shown(told, f"?who=person:{carl}") == seqs(told, actor_key=carl) != []


def test_by_robot(told: Cast) -> None:
    robby = told.robby.public_id
    assert shown(told, f"?about=robot:{robby}") == seqs(told, thing_key=robby) != []
    html = page(told, f"?about=robot:{robby}")
    assert f'<option value="robot:{robby}" selected>Robby</option>' in html


def test_by_type_and_by_group(told: Cast) -> None:
    assert shown(told, "?type=organization.updated") == seqs(told, type="organization.updated") != []
    assert shown(told, "?type=robots") == seqs(told, type__regex="^(robot|secret)") != []
    assert shown(told, "?type=webhooks") == []


def test_by_several_at_once(told: Cast) -> None:
    olga, robby = told.users["olga"].public_id, told.robby.public_id
    both = f"?who=person:{olga}&about=robot:{robby}&type=robot.shared&q=mia"
    assert shown(told, both) == seqs(told, type="robot.shared")


def test_by_day(told: Cast) -> None:
    today = timezone.localdate()
    everything = seqs(told)
    assert shown(told, f"?since={today}&until={today}") == everything
    assert shown(told, f"?since={today + timedelta(days=1)}") == []
    assert shown(told, f"?until={today - timedelta(days=1)}") == []


@pytest.mark.parametrize("text", ["żółw", "ŻÓŁW", "🏗️", "o'brien", '"& co"', "100%"])
def test_by_text_in_any_case(told: Cast, text: str) -> None:
    found = shown(told, f"?q={quote(text)}")
    assert set(found) & set(seqs(told, type="organization.updated"))


@pytest.mark.parametrize("text", ["Co_", "\\", "%", ".*", "thing"])
def test_a_text_is_no_pattern(cast: Cast, text: str) -> None:
    assert shown(cast, f"?q={quote(text)}") == []


def test_by_id(told: Cast) -> None:
    assert shown(told, f"?q={told.robby.public_id}") == seqs(told, thing_key=told.robby.public_id)


def test_a_search_says_how_far_it_looked(cast: Cast) -> None:
    fill(cast, 3, at=timezone.now() - timedelta(days=90), name="Old bridge")
    assert "The search looked at the last 31 days" in page(cast, "?q=Old")
    assert shown(cast, "?q=Old") == []
    since = timezone.localdate() - timedelta(days=91)
    assert len(shown(cast, f"?q=Old&since={since}")) == 3


def test_a_search_stops_and_goes_on(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(cast, 3, name="Needle")
    fill(cast, 60)
    monkeypatch.setattr(reading, "REACH", 40)
    html = page(cast, "?q=Needle")
    assert "Looked through 40 lines" in html and "Details of line" not in html
    further = re.search(r'href="(/o/halden/record/\?[^"]+)">Look further back', html)
    assert further
    assert len(shown(cast, further[1].removeprefix(RECORD).replace("&amp;", "&"))) == 3


# ---------- paging ----------


def test_pages_meet_without_a_gap(cast: Cast) -> None:
    fill(cast, 130)
    everything, read, query = seqs(cast), [], ""
    while True:
        html = page(cast, query)
        read += [int(seq) for seq in re.findall(r"Details of line (\d+)<", html)]
        link = re.search(r'rel="next" href="/o/halden/record/([^"]+)"', html)
        if not link:
            break
        query = link[1].replace("&amp;", "&")
    assert read == everything


def test_newer_leads_back(cast: Cast) -> None:
    fill(cast, 130)
    newest = shown(cast, "")
    older = shown(cast, f"?before={newest[-1]}")
    assert older[0] == newest[-1] - 1
    assert shown(cast, f"?after={older[0]}") == newest


@pytest.mark.parametrize("query", ["?type=robots", "?type=workspaces&before=9999", "?type=work&after=3"])
def test_filters_page_as_well(cast: Cast, query: str) -> None:
    fill(cast, 130)
    assert len(cast.client("olga").get(RECORD + query.replace("workspaces", "work")).content) > 1000
    assert len(shown(cast, query.replace("workspaces", "work"))) <= reading.LINES


@pytest.mark.parametrize("size", [0, 200])
@pytest.mark.parametrize(
    "query", ["", "?q=robby", "?type=robots&since=2026-01-01", "?who=operator:&before=90"]
)
def test_a_page_takes_eight_queries_whatever_the_size(
    cast: Cast, queries: Any, size: int, query: str
) -> None:
    fill(cast, size)
    olga = cast.client("olga")
    assert queries(lambda: olga.get(RECORD + query)) <= 8


# ---------- bad input ----------


@pytest.mark.parametrize(
    "query",
    [
        "?since=yesterday",
        "?since=2026-13-40",
        "?since=2026-05-02&until=2026-05-01",
        "?who=nobody",
        "?about=robot",
        "?type=nothing.happened",
        "?q=" + "x" * 200,
        "?q=a%0Ab",
        "?q=%E2%80%AEb",
    ],
)
def test_what_cannot_be_asked_is_said_and_stays(cast: Cast, query: str) -> None:
    answer = cast.client("olga").get(RECORD + query)
    assert answer.status_code == 422 and 'role="alert"' in answer.content.decode()
    assert lines(answer) == []


@pytest.mark.parametrize(
    "query",
    ["?before=x", "?before=-1", "?after=9" + "9" * 30, "?before=0", "?since=0001-01-01", "?until=9999-12-31"],
)
def test_a_bent_address_is_no_crash(cast: Cast, query: str) -> None:
    assert cast.client("olga").get(RECORD + query).status_code == 200
