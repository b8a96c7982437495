"""Asking for more requests a minute, and answering: owners up to the ceiling, operators above, one answer each."""

import threading
from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from accounts.actions import NotPossible
from accounts.models import Membership, Organization, Record, User
from accounts.permissions import OPERATOR, Refused
from tests.cast import Cast
from tests.conftest import Mailbox
from tests.tokens.conftest import ME, call, personal
from tokens import allowances, limits
from tokens.models import LimitRequest

ASK, REQUESTS = "/o/halden/limit/", "/o/halden/settings/api/limits/"
REASON = "The nightly import of 4,000 photos."


def asked(cast: Cast, who: str = "ada", wanted: int = 120) -> LimitRequest:
    return allowances.ask(cast.actor(who), wanted, REASON)


def granted(cast: Cast, who: str = "ada") -> int | None:
    return cast.membership(who).requests_a_minute


@pytest.fixture
def operator(cast: Cast) -> Any:
    User.objects.filter(pk=cast.users["stan"].pk).update(is_staff=True)
    Authenticator.objects.create(user=cast.users["stan"], type="totp", data={"secret": "sealed elsewhere"})
    return cast.client("stan")


def test_asking_and_granting_the_whole_way(cast: Cast, mailbox: Mailbox) -> None:
    ada, olga = cast.client("ada"), cast.client("olga")
    assert "30 requests a minute" in ada.get(ASK).content.decode()
    answer = ada.post(ASK, {"wanted": 120, "reason": REASON})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/profile/tokens/")
    assert {mail["To"] for mail in mailbox.read()} == {"olga@halden.example", "carl@halden.example"}
    assert REASON in mailbox.latest()
    waiting = LimitRequest.objects.get()
    assert "1 person asks for more requests" in olga.get("/o/halden/").content.decode()
    page = olga.get(REQUESTS).content.decode()
    assert "Ada" in page and REASON in page and waiting.public_id in page
    where = f"{REQUESTS}{waiting.public_id}/"
    assert 'value="120"' in olga.get(where).content.decode()
    assert olga.post(where, {"granted": 90, "answer": "90 are enough."}).status_code == 302
    assert granted(cast) == 90
    told = mailbox.read()[-1]
    assert told["To"] == "ada@halden.example" and "90 requests a minute" in told["Subject"]
    assert "90 are enough." in mailbox.latest()
    assert call(ME, personal(cast, "ada")).headers["X-RateLimit-Limit"] == "90"
    kinds = list(
        Record.objects.filter(type__startswith="limit.").order_by("seq").values_list("type", flat=True)
    )
    assert kinds == ["limit.requested", "limit.granted"]
    page = olga.get(REQUESTS).content.decode()
    assert "Who has more than the others" in page and "granted 90 a minute" in page
    assert olga.post(f"/o/halden/people/{cast.users['ada'].public_id}/limit/").status_code == 302
    assert granted(cast) is None


def test_declining_needs_words_and_changes_nothing(cast: Cast, mailbox: Mailbox) -> None:
    where = f"{REQUESTS}{asked(cast).public_id}/"
    carl = cast.client("carl")
    refused = carl.post(where, {"decline": "1", "granted": "120"})
    assert refused.status_code == 422 and "Say why" in refused.content.decode()
    assert carl.post(where, {"decline": "1", "answer": "Use the events feed."}).status_code == 302
    assert granted(cast) is None and "declined" in mailbox.read()[-1]["Subject"]
    assert "Use the events feed." in cast.client("ada").get(ASK).content.decode()


@pytest.mark.parametrize(
    "typed",
    [
        {"wanted": "30"},
        {"wanted": "0"},
        {"wanted": "x"},
        {"wanted": "1e9"},
        {"reason": " "},
        {"reason": "\x07"},
    ],
)
def test_what_makes_no_sense_is_refused_and_kept(cast: Cast, typed: dict[str, str]) -> None:
    answer = cast.client("ada").post(ASK, {"wanted": "120", "reason": REASON} | typed)
    assert answer.status_code == 422 and not LimitRequest.objects.exists()
    assert typed.get("reason", REASON).strip("\x07 ") in answer.content.decode()


def test_one_request_waits_at_a_time_and_may_be_taken_back(cast: Cast) -> None:
    asked(cast)
    with pytest.raises(NotPossible):
        asked(cast)
    ada = cast.client("ada")
    again = ada.post(ASK, {"wanted": 99, "reason": "Typed in a second tab"}).content.decode()
    assert "asked already" in again and "Typed in a second tab" in again
    assert "Take it back" in ada.get(ASK).content.decode()
    assert ada.post(f"{ASK}withdraw/").status_code == 302 == ada.post(f"{ASK}withdraw/").status_code
    assert LimitRequest.objects.get().state == "withdrawn"
    assert "No request of yours waits" in ada.post(f"{ASK}withdraw/", follow=True).content.decode()
    asked(cast)
    assert LimitRequest.objects.count() == 2


def test_a_late_answer_keeps_its_words(cast: Cast) -> None:
    found = asked(cast)
    where = f"{REQUESTS}{found.public_id}/"
    allowances.decide(cast.actor("carl"), found, None, "No.")
    late = cast.client("olga").post(where, {"granted": "90", "answer": "Written for a while"})
    assert late.status_code == 422 and granted(cast) is None
    assert (
        "answered or taken back" in late.content.decode() and "Written for a while" in late.content.decode()
    )


def test_a_granted_limit_is_never_less_than_everybodys(cast: Cast) -> None:
    allowances.decide(cast.actor("olga"), asked(cast, wanted=50), 50, "")
    Organization.objects.filter(pk=cast.home.pk).update(requests_a_minute=100)
    assert call(ME, personal(cast, "ada")).headers["X-RateLimit-Limit"] == "100"
    assert "100 requests a minute" in cast.client("ada").get(ASK).content.decode()
    assert "Who has more than the others" not in cast.client("olga").get(REQUESTS).content.decode()


def test_only_with_api_access(cast: Cast) -> None:
    with pytest.raises(Refused):
        allowances.ask(cast.actor("mia"), 50, REASON)


@pytest.mark.parametrize("value", ["", "0", "30", "301", "many"])
def test_owners_grant_more_than_everybody_has_up_to_the_ceiling(cast: Cast, value: str) -> None:
    where = f"{REQUESTS}{asked(cast, wanted=5000).public_id}/"
    assert cast.client("olga").post(where, {"granted": value}).status_code == 422
    assert granted(cast) is None
    with pytest.raises(NotPossible):
        allowances.decide(cast.actor("olga"), LimitRequest.objects.get(), 301, "")


def test_above_the_ceiling_the_operator_decides(cast: Cast, operator: Any, mailbox: Mailbox) -> None:
    small, big = asked(cast), asked(cast, "carl", 5000)
    assert cast.users["stan"].email in {mail["To"] for mail in mailbox.read()}
    home = operator.get("/operator/").content.decode()
    assert "1 request for a higher limit waits" in home and "/operator/limits/" in home
    assert big.public_id in operator.get("/operator/limits/").content.decode()
    assert operator.get(f"/operator/limits/halden/{small.public_id}/").status_code == 404
    where = f"/operator/limits/halden/{big.public_id}/"
    assert operator.get(where).status_code == 200
    assert operator.post(where, {"granted": "5000"}).status_code == 302
    assert granted(cast, "carl") == 5000
    shown = cast.client("carl").get(ASK).content.decode() + mailbox.latest()
    assert "The operator granted" in shown and "Stan" not in shown
    seen = Record.objects.filter(actor_kind="operator").values_list("type", flat=True)
    assert {"operator.looked", "limit.granted"} <= set(seen)
    assert "was answered or taken back" in operator.post(where, {"granted": "99"}).content.decode()


def test_a_ceiling_is_the_operators(cast: Cast, operator: Any) -> None:
    where = f"/operator/organizations/{cast.home.public_id}/"
    told = {"invitations_a_day": 40, "requests_ceiling": 900, "robot_requests_a_minute": 1200}
    assert operator.post(where, told).status_code == 302
    home = Organization.objects.get(pk=cast.home.pk)
    assert (home.requests_ceiling, home.robot_requests_a_minute) == (900, 1200)


def test_nobody_answers_themselves_but_the_owner(cast: Cast) -> None:
    own = asked(cast, "carl")
    with pytest.raises(NotPossible):
        allowances.decide(cast.actor("carl"), own, 100, "")
    assert "another owner answers" in cast.client("carl").get(f"{REQUESTS}{own.public_id}/").content.decode()
    allowances.decide(cast.actor("olga"), own, 100, "")
    owners = asked(cast, "olga")
    allowances.decide(cast.actor("olga"), owners, 100, "")
    assert granted(cast, "olga") == granted(cast, "carl") == 100


def test_another_organizations_request_is_nobodys(cast: Cast) -> None:
    there = asked(cast)
    assert cast.client("stan").get(f"/o/nordic/settings/api/limits/{there.public_id}/").status_code == 404
    assert cast.client("olga").get(f"{REQUESTS}nothing/").status_code == 404
    assert cast.client("olga").post("/o/halden/people/nobody/limit/").status_code == 404


def test_of_two_who_decide_at_once_one_does(committed: None, cast: Cast) -> None:
    request, gate = asked(cast), threading.Barrier(2)
    outcomes: list[object] = []

    def decide(who: str, number: int | None) -> None:
        from django.db import connections

        actor = cast.actor(who)
        gate.wait()
        try:
            allowances.decide(actor, LimitRequest.objects.get(pk=request.pk), number, "because")
            outcomes.append(number)
        except NotPossible:
            outcomes.append("late")
        finally:
            connections.close_all()

    crew = [threading.Thread(target=decide, args=given) for given in (("olga", 100), ("carl", None))]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    assert outcomes.count("late") == 1
    assert granted(cast) == next(one for one in outcomes if one != "late")


def test_the_lists_cost_the_same_whatever_their_length(cast: Cast, queries) -> None:
    olga = cast.client("olga")
    asked(cast)
    olga.get(REQUESTS)
    few = queries(lambda: olga.get(REQUESTS))
    home, ada = cast.home, cast.membership("ada")
    LimitRequest.objects.bulk_create(
        LimitRequest(
            organization=home,
            membership=ada,
            wanted=99,
            reason="x",
            state="declined",
            decided_at=home.created_at,
        )
        for _ in range(40)
    )
    Membership.objects.filter(organization=home).update(requests_a_minute=99)
    assert queries(lambda: olga.get(REQUESTS)) == few


def test_operators_see_only_what_is_theirs(cast: Cast) -> None:
    asked(cast)
    assert not allowances.decidable(OPERATOR).exists() and allowances.decidable(cast.actor("olga")).exists()
    assert not allowances.decidable(cast.actor("adam")).exists()


def test_a_granted_limit_counts_from_the_next_request(cast: Cast) -> None:
    Organization.objects.filter(pk=cast.home.pk).update(requests_a_minute=1)
    token = personal(cast, "ada")
    assert [call(ME, token).status_code for _ in range(2)] == [200, 429]
    allowances.decide(cast.actor("olga"), asked(cast, wanted=3), 3, "")
    assert [call(ME, token).status_code for _ in range(3)] == [200, 200, 429]
    key = f"membership:{cast.membership('ada').pk}"
    assert limits.peek({key: 3})[key].remaining == 0


def test_who_leaves_takes_no_limit_and_no_question_along(cast: Cast) -> None:
    from accounts import membership

    allowances.decide(cast.actor("olga"), asked(cast), 90, "")
    waiting = asked(cast, wanted=200)
    membership.remove(cast.actor("olga"), cast.users["ada"].public_id)
    waiting.refresh_from_db()
    assert granted(cast) is None and waiting.state == "withdrawn" and waiting.decided_at
    assert "asks for more requests" not in cast.client("olga").get("/o/halden/").content.decode()
    with pytest.raises(NotPossible):
        allowances.decide(cast.actor("olga"), waiting, 200, "")
    # Back again, they have what everybody has and may ask anew.
    Membership.objects.filter(user=cast.users["ada"]).update(retired_at=None, api_access=True)
    assert asked(cast, wanted=200).state == "waiting" and limits.bucket(cast.actor("ada"))[1] == 30
