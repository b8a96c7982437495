"""What /metrics tells about personal access tokens."""

from accounts.metrics import Row
from tokens.models import PersonalToken


def rows() -> list[Row]:
    """For the hook."""
    living = PersonalToken.objects.living().count()
    return [("personal_tokens", "Personal access tokens, neither revoked nor expired.", [({}, living)])]
