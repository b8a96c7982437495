"""The API terms of use: the operator's own text (GATEHOUSE_VAR/api-terms.txt), or ours; versioned in settings."""

from django.conf import settings
from django.utils.translation import gettext as _


def paragraphs() -> list[str]:
    """The terms in the reader's language, a paragraph each."""
    own = settings.GATEHOUSE_VAR / "api-terms.txt"
    if own.exists():
        return [part.strip() for part in own.read_text("utf-8").split("\n\n") if part.strip()]
    return [
        _("A robot is a super user for programs. Whoever holds its secrets can do what the robot can do."),
        _(
            "Keep secrets in a password manager or a secret store. Never send them by mail, chat or any other "
            "communication channel; share the robot instead, so that each person signs in and sees them once."
        ),
        _(
            "Give a robot read-only access unless it has to change data, and delete it when its program is retired."
        ),
        _(
            "Renew a robot's secrets when somebody who has seen them leaves, and at once when they may have leaked."
        ),
        _("Programs respect the limits that the API answers with, and wait as long as Retry-After says."),
        _(
            "Everything that people do with robots is recorded, and the organization's owners can read the record."
        ),
    ]
