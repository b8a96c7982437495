"""What people type about people and groups. A field is only there for those who may change it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from accounts import ranks
from accounts.forms import NameField, no_controls
from accounts.forms_unseen import VersionedForm
from accounts.models import Group, Membership, Role, normalize_email
from accounts.permissions import Actor, Power

MOST_AT_ONCE = 200
API_ACCESS = _("May make personal access tokens and read the API documentation.")
TAKEN_AWAY = _(
    "May make personal access tokens and read the API documentation. Without it their tokens stop at once; they work "
    "again when it returns."
)
MANAGE_PEOPLE = _("May invite people, set their permissions and revoke their tokens.")


def _group_choices(actor: Actor) -> list[tuple[str, str]]:
    if not actor.can(Power.MANAGE_GROUPS):
        return []
    rows = Group.objects.filter(organization=actor.organization, retired_at=None, is_everyone=False)
    return [(row.public_id, row.name) for row in rows.order_by("name")]


class InviteForm(forms.Form):
    """Many addresses at once, and what they get."""

    addresses = forms.CharField(
        label=_("Email addresses"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_("One a line. Each gets a mail with a link that works once, for 7 days."),
    )
    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect, initial=Role.MEMBER)
    api_access = forms.BooleanField(label=_("API access"), required=False, help_text=API_ACCESS)
    manage_people = forms.BooleanField(label=_("User management"), required=False, help_text=MANAGE_PEOPLE)
    groups = forms.MultipleChoiceField(label=_("Groups"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, actor: Actor, data: Any = None) -> None:
        super().__init__(data)
        roles = [(role.value, role.label) for role in reversed(Role) if ranks.may_give_role(actor, role)]
        self.fields["role"].choices = roles  # type: ignore[attr-defined]
        if ranks.actor_rank(actor) < ranks.ADMINISTRATOR:
            del self.fields["manage_people"]
        if groups := _group_choices(actor):
            self.fields["groups"].choices = groups  # type: ignore[attr-defined]
        else:
            del self.fields["groups"]

    def clean_addresses(self) -> list[str]:
        """Normalized; every broken line is named, and nothing is sent unless all are right."""
        good, broken = [], []
        for number, line in enumerate(self.cleaned_data["addresses"].splitlines(), 1):
            address = normalize_email(line.strip().rstrip(",;"))
            if not address:
                continue
            try:
                validate_email(address)
                good.append(address)
            except ValidationError:
                broken.append(_("line %(n)d: %(entry)s") % {"n": number, "entry": address[:60]})
        if broken:
            told = ", ".join(str(entry) for entry in broken[:20])
            raise ValidationError(
                _("These are no addresses: %(told)s. Nobody was invited yet.") % {"told": told}
            )
        if len(good) > MOST_AT_ONCE:
            raise ValidationError(_("At most %d at once.") % MOST_AT_ONCE)
        return good


class PersonForm(forms.Form):
    """Role, permissions, groups: what may not be changed is not a field."""

    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)
    api_access = forms.BooleanField(label=_("API access"), required=False, help_text=TAKEN_AWAY)
    manage_people = forms.BooleanField(label=_("User management"), required=False, help_text=MANAGE_PEOPLE)
    groups = forms.MultipleChoiceField(label=_("Groups"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, actor: Actor, target: Membership, data: Any = None) -> None:
        in_groups = list(target.groups.filter(retired_at=None).values_list("public_id", flat=True))
        now = {
            "role": target.role,
            "api_access": target.api_access,
            "manage_people": target.manage_people,
            "groups": in_groups,
        }
        super().__init__(data, initial=now)
        roles = [
            (role.value, role.label) for role in reversed(Role) if ranks.may_change_role(actor, target, role)
        ]
        self.fields["role"].choices = roles  # type: ignore[attr-defined]
        # The role that a person has must be among the choices, else an unchanged form would change it.
        if len(roles) < 2 or target.role not in dict(roles):
            del self.fields["role"]
        owns = target.is_owner or target.role == Role.CO_OWNER
        if owns or not ranks.may_tick_api_access(actor, target):
            del self.fields["api_access"]
        if target.role != Role.MEMBER or not ranks.may_tick_manage_people(actor, target):
            del self.fields["manage_people"]
        groups = _group_choices(actor)
        self.fields["groups"].choices = groups  # type: ignore[attr-defined]
        if not groups:
            del self.fields["groups"]


class GroupForm(VersionedForm):
    """A group's name and description."""

    name = NameField(label=_("Name"))
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=2000,
        validators=[no_controls],
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)

    def __init__(self, group: Group | None = None, data: Any = None) -> None:
        now = (
            {"name": group.name, "description": group.description, "version": group.version} if group else {}
        )
        super().__init__(data, initial=now)


class GroupPeopleForm(forms.Form):
    """Who is in it."""

    people = forms.MultipleChoiceField(label=_("People"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, group: Group, data: Any = None) -> None:
        rows = Membership.objects.filter(organization_id=group.organization_id, retired_at=None)
        rows = rows.select_related("user").order_by("user__name", "user__email")
        inside = list(group.members.values_list("user__public_id", flat=True))
        super().__init__(data, initial={"people": inside})
        self.fields["people"].choices = [(row.user.public_id, str(row.user)) for row in rows]  # type: ignore[attr-defined]


class ReactivateForm(forms.Form):
    """What may work again; nothing is ticked at first."""

    keep = forms.MultipleChoiceField(
        label=_("These may work again"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, choices: list[dict[str, Any]], data: Any = None) -> None:
        super().__init__(data)
        self.fields["keep"].choices = [(row["key"], row["label"]) for row in choices]  # type: ignore[attr-defined]
        if not choices:
            del self.fields["keep"]
