"""What /metrics tells about personal access tokens."""

from tokens.models import PersonalToken


def rows() -> list[tuple[str, str, list[tuple[dict[str, str], float]]]]:
    """For the hook."""
    living = PersonalToken.objects.living().count()
    return [("personal_tokens", "Personal access tokens, neither revoked nor expired.", [({}, living)])]
