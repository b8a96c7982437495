"""What changed, in words: no key of the catalogue is shown bare, people stand under their names."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from accounts import facts, ownership
from accounts.catalogue import EventType
from accounts.facts import fact_rows
from robots import actions as robots
from tests.accounts.record import RECORD
from tests.accounts.test_second_factor import ask_of
from tests.cast import Cast


def test_every_fact_has_a_name_in_both_languages() -> None:
    declared = {key for event in EventType for key in event.facts}
    assert declared == set(facts.FACTS)
    with translation.override("pl"):
        polish = {key: str(label) for key, label in facts.FACTS.items()}
    assert polish["with"] == "Udostępniono" and all(polish.values())


def test_what_an_export_can_be_narrowed_by_has_a_name(cast: Cast) -> None:
    from accounts.record_forms import RecordForm

    assert set(RecordForm.base_fields) == set(facts.FILTERS)
    told = fact_rows("record.exported", {"format": "csv", "filters": {"q": "…", "since": "2026-01-01"}}, {})
    assert told == [("Format", "CSV", None), ("Filters", "Search: …, From: 2026-01-01", None)]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"second_factor": ["nobody", "managers"]}, ("Nobody", "Owners and administrators")),
        ({"role": ["member", "administrator"]}, ("Member", "Administrator")),
        ({"kind": "totp"}, ("Authenticator app", None)),
        ({"kind": "something new"}, ("something new", None)),
        ({"name": ["nobody", "member"]}, ("nobody", "member")),
        ({"seen": True}, ("Yes", None)),
        ({"scopes": ["work:read", "work:write"]}, ("work:read", "work:write")),
        ({"dies_at": datetime(2026, 1, 2, 3, 4, tzinfo=UTC).isoformat()}, ("2 January 2026, 03:04", None)),
        ({"dies_at": "soon"}, ("soon", None)),
    ],
)
def test_values_are_words(given: dict[str, object], shown: tuple[str, str | None]) -> None:
    assert fact_rows("robot.updated", given, {})[0][1:] == shown


def test_people_stand_under_their_names(cast: Cast) -> None:
    ask_of(cast, "nobody")
    robots.share(cast.actor("olga"), cast.robby.public_id, cast.users["mia"].public_id)
    ownership.offer(cast.actor("olga"), cast.users["adam"].public_id)
    ownership.accept(cast.actor("adam"))
    page = cast.client("carl").get(RECORD).content.decode()
    key = {name: user.public_id for name, user in cast.users.items()}
    assert f"<dt>Shared with</dt><dd>Mia ({key['mia']})</dd>" in page
    assert f"<dt>Offered to</dt><dd>Adam ({key['adam']})</dd>" in page
    assert f"<dt>Owner</dt><dd>Olga ({key['olga']}) → Adam ({key['adam']})</dd>" in page
