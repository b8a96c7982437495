"""Which headers of one's own may be sent."""

import pytest

from webhooks.headers import Wanted, problems

REFUSED = """
Host Content-Type content-length Cookie Proxy-Authorization proxy-x Expect Accept-Encoding webhook-id Webhook-X Connection
Keep-Alive TE Trailer Transfer-Encoding Upgrade X:Y X(Y) X,Y ż
""".split()


@pytest.mark.parametrize("name", [*REFUSED, "", "a b", "x\r\nHost: y", "x\x00", "x" * 101])
def test_names_that_are_no_tokens_or_ours_are_refused(name: str) -> None:
    assert problems([Wanted(name, "v")], basic=False)


@pytest.mark.parametrize(
    "name", ["X-Key", "Authorization", "x_y", "!#$%&'*+.^_`|~0", "Set-Cookie", "User-Agent"]
)
def test_other_names_are_fine(name: str) -> None:
    assert problems([Wanted(name, "v")], basic=False) == {}


@pytest.mark.parametrize("value", ["a\r\nX: y", "a\nb", "a\x00", "ż", " a", "a ", "a\tb", "\x7f", "x" * 4001])
def test_values_that_are_not_visible_ascii_are_refused(value: str) -> None:
    assert problems([Wanted("X", value)], basic=False)


@pytest.mark.parametrize("value", ["", "a", "Bearer a.b-c", "~" * 4000])
def test_other_values_are_fine(value: str) -> None:
    assert problems([Wanted("X", value)], basic=False) == {}


def test_what_belongs_together_is_looked_at_together() -> None:
    assert problems([Wanted("authorization", "x")], basic=True)
    assert set(problems([Wanted("X", "a"), Wanted("x", "b")], basic=False)) == {1}
    assert problems([Wanted("X", None, True)], basic=False) == {0: "Type the value that is to be hidden."}
    assert problems([Wanted("X", None, True)], basic=False, kept=["x"]) == {}


def test_a_hidden_value_says_nothing_about_itself() -> None:
    assert "secret" not in repr(Wanted("X", "secret", True))
