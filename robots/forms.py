"""What owners type about robots."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.forms import NameField, no_controls
from accounts.models import Group, Membership
from robots import networks
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
        super().__init__(*args, **{"initial": {"creation_key": uuid.uuid4().hex}} | kwargs)

    def clean(self) -> None:
        """The dialogue has no list of errors: said at the tick."""
        if "creation_key" in self.errors:
            self.add_error(
                "understand", _("A part of this form got lost. Tick the box and press Create again.")
            )


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

    keeper = forms.ChoiceField(
        label=_("Keeper"),
        required=False,
        help_text=_("A named person who looks after this robot. Without a keeper, the owners do."),
        error_messages={"invalid_choice": _("Choose somebody of this organization.")},
    )
    networks = forms.CharField(
        label=_("Allowed addresses"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "placeholder": "203.0.113.0/24"}),
        help_text=_("IPv4 and IPv6 networks, a line each or separated by commas. Empty: from anywhere."),
    )
    field_order = ["name", "description", "keeper", "access", "networks", "version"]

    def __init__(self, robot: Robot, data: Any = None) -> None:
        """Filled with what the robot is now, or with what was typed."""
        now = {
            "name": robot.name,
            "description": robot.description,
            "keeper": robot.keeper.public_id if robot.keeper else "",
            "access": "read" if robot.read_only else "write",
            "networks": "\n".join(robot.networks),
            "version": robot.version,
        }
        super().__init__(data, initial=now)
        people = Membership.objects.current().filter(organization=robot.organization).select_related("user")
        choices = [
            (row.user.public_id, str(row.user)) for row in people.order_by("user__name", "user__email")
        ]
        self.fields["keeper"].choices = [("", _("Nobody")), *choices]  # type: ignore[attr-defined]

    def clean_networks(self) -> list[str]:
        """Written as networks; every broken line is named."""
        good, broken = networks.read(self.cleaned_data["networks"])
        if broken:
            told = ", ".join(
                _("line %(n)d: %(entry)s") % {"n": n, "entry": entry} for n, entry in broken[:10]
            )
            raise ValidationError(_("These are no addresses or networks: %(told)s") % {"told": told})
        if len(good) > networks.MOST:
            raise ValidationError(_("At most %d networks: join neighbours into larger ones.") % networks.MOST)
        return good

    def wanted(self) -> dict[str, Any]:
        """The robot's fields, for actions.update()."""
        told = self.cleaned_data
        return {
            "name": told["name"],
            "description": told["description"],
            "read_only": told["access"] == "read",
            "keeper": told["keeper"],
            "networks": told["networks"],
        }

    def refreshed(self, robot: Robot, problem: str) -> "RobotForm":
        """What was typed, on top of the robot's present version, with `problem` said above it."""
        data = dict(self.data.items())
        data["version"] = str(robot.version)
        form = type(self)(robot, data)
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


class RenewForm(forms.Form):
    """When the present secrets stop; which generation the page showed; OAuth1 again, where it is off."""

    overlap = forms.ChoiceField(
        label=_("The present secrets stop"),
        widget=forms.RadioSelect,
        choices=[("0", _("Now")), ("1", _("In 1 hour")), ("24", _("In 24 hours")), ("168", _("In 7 days"))],
    )
    oauth1 = forms.BooleanField(label=_("Switch OAuth1 on again"), required=False)
    number = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, robot: Robot, number: int, data: Any = None) -> None:
        super().__init__(data, initial={"overlap": "0", "number": number})
        if robot.oauth1:
            del self.fields["oauth1"]
        if not number:
            del self.fields["overlap"]


class SureForm(forms.Form):
    """The tick before what can't be undone."""

    sure = forms.BooleanField(
        label=_("I understand that this cannot be undone"),
        error_messages={"required": _("Tick the box to show that you understand.")},
    )


class CheckForm(forms.Form):
    """A value that somebody found; never shown again."""

    value = forms.CharField(
        label=_("Value"),
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Paste a secret you found somewhere. It is compared and forgotten."),
    )


class ScopesForm(forms.Form):
    """What a robot may do beyond work and reading people."""

    scopes = forms.MultipleChoiceField(
        label=_("Extra scopes"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[
            ("people:write", _("Invite and change people")),
            ("groups:read", _("Read groups")),
            ("groups:write", _("Change groups")),
            ("robots:read", _("Read robots")),
            ("robots:write", _("Change robots")),
            ("webhooks:read", _("Read webhooks")),
            ("webhooks:write", _("Change webhooks")),
            ("record:read", _("Read the record")),
        ],
    )
    require_body_hash = forms.BooleanField(
        label=_("Require body hash"),
        required=False,
        help_text=_("OAuth1 only: refuse a JSON body that the signature does not cover (oauth_body_hash)."),
    )
    groups = forms.MultipleChoiceField(label=_("Groups"), required=False, widget=forms.CheckboxSelectMultiple)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, robot: Robot, data: Any = None) -> None:
        inside = list(robot.groups.filter(retired_at=None).values_list("public_id", flat=True))
        now = {"scopes": robot.scopes, "require_body_hash": robot.require_body_hash, "version": robot.version}
        super().__init__(data, initial=now | {"groups": inside})
        groups = Group.objects.filter(organization=robot.organization, retired_at=None, is_everyone=False)
        choices = list(groups.order_by("name").values_list("public_id", "name"))
        self.fields["groups"].choices = choices  # type: ignore[attr-defined]
        if not choices:
            del self.fields["groups"]
