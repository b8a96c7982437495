"""What owners type about robots."""

import uuid
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.forms import NameField, no_controls
from accounts.models import Membership
from robots.models import Robot


class CreateForm(forms.Form):
    """The tick, and the nonce that makes the same form sent twice one robot."""

    understand = forms.BooleanField(
        label=_("Yes, I understand and want to continue"),
        error_messages={"required": _("Read the API terms of use and tick this box to create a robot.")},
    )
    creation_key = forms.CharField(
        widget=forms.HiddenInput, max_length=64, validators=[RegexValidator(r"\A[0-9a-f]{32}\Z")]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial={"creation_key": uuid.uuid4().hex}, **kwargs)


class RobotForm(forms.Form):
    """Details and access."""

    ACCESS = [("read", _("Read-only")), ("write", _("Can manipulate data"))]

    name = NameField(label=_("Name"))
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=2000,
        validators=[no_controls],
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What this robot is for, and who would notice if it stopped."),
    )
    access = forms.ChoiceField(label=_("Access"), choices=ACCESS, widget=forms.RadioSelect)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # One line below each choice; the template tag `field` shows them.
        self.fields["access"].consequences = {  # type: ignore[attr-defined]
            "read": _("Sees all workspaces and people; changes nothing. Choose this when in doubt."),
            "write": _("Creates, changes and deletes in all workspaces."),
        }

    @classmethod
    def of(cls, robot: Robot, data: Any = None) -> "RobotForm":
        """The form filled with what the robot is now, or with what was typed."""
        now = {
            "name": robot.name,
            "description": robot.description,
            "access": "read" if robot.read_only else "write",
            "version": robot.version,
        }
        return cls(data, initial=now)

    def wanted(self) -> dict[str, Any]:
        """The robot's fields, for actions.update()."""
        told = self.cleaned_data
        return {"name": told["name"], "description": told["description"], "read_only": told["access"] == "read"}

    def refreshed(self, robot: Robot, problem: str) -> "RobotForm":
        """What was typed, on top of the robot's present version, with `problem` said above it."""
        data = self.data.copy()
        data["version"] = str(robot.version)
        form = type(self)(data)
        form.full_clean()
        form.add_error(None, problem)
        return form


class ShareForm(forms.Form):
    """Whom to share with."""

    member = forms.ChoiceField(
        label=_("Select member"),
        error_messages={
            "required": _("Choose a person, then press “Add member”."),
            "invalid_choice": _("Choose a member or an administrator of this organization."),
        },
    )

    def __init__(self, offered: QuerySet[Membership], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(row.user.public_id, f"{row.user} ({row.role_label.lower()})") for row in offered]
        self.fields["member"].choices = [("", _("Choose a person")), *people]  # type: ignore[attr-defined]
