"""What owners type about webhooks. What is secret among it is never written into a page again."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.catalogue import EventType
from accounts.event_words import event_and_code
from accounts.forms import one_line
from accounts.permissions import Actor
from webhooks import headers, hearing, targets
from webhooks.header_rows import Row, read, rows_of
from webhooks.models import Webhook
from webhooks.resending import KEPT
from workspaces.models import Workspace

# Makes the form invalid; the page says it row by row.
HEADERS_SAID = _("Change the headers that are marked below.")

# What a field says of which not everything comes back.
LOST = {
    "password": _("Type it again: what was typed here is not shown again."),
    "target_url": _("Complete it: what was typed behind the host is not shown again."),
}


def no_controls_at_all(value: str) -> None:
    """Raises ValidationError for control characters: they can't stand in a header, not even encoded."""
    if any(character < " " or character == "\x7f" for character in value):
        raise ValidationError(_("Remove the control characters: they can't be sent."))


class WebhookForm(forms.Form):
    """Details, Authentication, and headers beside it (`.rows`)."""

    description = forms.CharField(
        label=_("Description"),
        max_length=120,
        validators=[one_line],
        help_text=_("What it is for: people find it by this."),
    )
    target_url = forms.CharField(
        label=_("Target URL"),
        max_length=targets.LONGEST,
        widget=forms.URLInput(attrs={"placeholder": "https://example.com/hook", "spellcheck": "false"}),
        help_text=_(
            "https, and without a password in it. Every delivery is a POST with JSON to this address."
        ),
    )
    where = forms.ChoiceField(
        label=_("Workspaces"),
        widget=forms.RadioSelect,
        choices=[("all", _("All workspaces, also future ones")), ("chosen", _("Chosen workspaces"))],
    )
    workspaces = forms.MultipleChoiceField(
        label=_("Chosen workspaces"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("One of these workspaces is not there. Choose again.")},
    )
    events = forms.MultipleChoiceField(
        label=_("Events"),
        required=False,
        choices=[(kind.value, kind.value) for kind in EventType],
        error_messages={"invalid_choice": _("One of these events is not known. Choose again.")},
    )
    auth = forms.ChoiceField(
        label=_("Authentication"),
        widget=forms.RadioSelect,
        choices=[("none", _("None")), ("basic", _("HTTP basic authentication"))],
    )
    username = forms.CharField(
        label=_("User name"),
        required=False,
        max_length=255,
        strip=False,
        validators=[no_controls_at_all],
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=_("Password"),
        required=False,
        max_length=500,
        strip=False,
        validators=[no_controls_at_all],
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, actor: Actor, data: Any = None, webhook: Webhook | None = None, **kwargs: Any) -> None:
        """Filled with what the webhook is now, or with what was typed."""
        initial = {"where": "all", "auth": "none"} | (_now(webhook) if webhook else {})
        super().__init__(data, **{"initial": initial | kwargs.pop("initial", {})} | kwargs)
        self.webhook = webhook
        self.typed: QueryDict = data if data is not None else QueryDict()
        chosen = list(webhook.workspaces.values_list("pk", flat=True)) if webhook else []
        found = Workspace.objects.visible_to(actor).filter(Q(archived_at=None) | Q(pk__in=chosen))
        self.places = list(found.order_by("name", "pk").values_list("public_id", "name")[:500])
        self.fields["workspaces"].choices = self.places  # type: ignore[attr-defined]
        self.rows: list[Row] = read(data) if data is not None else rows_of(webhook)
        self.lost: set[str] = set()
        if webhook and webhook.sealed_password:
            self.fields["password"].help_text = _("Can't be shown. Leave empty to keep it.")
        if self.typed.get("password"):
            self.lose("password")

    def lose(self, name: str) -> None:
        """What is or may be secret was typed there, and the page that comes back does not show it: it says so at the field."""
        if name in LOST:
            self.lost.add(name)
            self.fields[name].help_text = LOST[name]

    def has_lost_secrets(self) -> bool:
        """Whether something was typed that is not written into the page again."""
        return bool(self.lost) or any(row.is_lost for row in self.rows)

    def clean_target_url(self) -> str:
        """As it is stored. Raises ValidationError with what to change."""
        url = targets.check(self.cleaned_data["target_url"])
        if self.webhook is None or url != self.webhook.target_url:
            targets.look_up(url)
        return url

    def clean(self) -> None:
        """Ticking a group is ticking all in it; what belongs together is asked together."""
        told = self.cleaned_data
        told["events"] = [*told.get("events", []), *types_of(self.typed.getlist("groups"))]
        if not told["events"] and "events" not in self.errors:
            self.add_error("events", _("Choose at least one event."))
        if told.get("where") == "chosen" and not told.get("workspaces") and "workspaces" not in self.errors:
            self.add_error("workspaces", _("Choose at least one workspace, or all of them."))
        basic = told.get("auth") == "basic"
        if basic and not told.get("username") and "username" not in self.errors:
            self.add_error("username", _("Type the user name, or choose no authentication."))
        if ":" in told.get("username", ""):
            self.add_error("username", _("A user name has no colon."))
        self._clean_headers(basic)

    def _clean_headers(self, basic: bool) -> None:
        """The mistakes go to their rows, and one sentence to the list above."""
        wanted = [row.wanted() for row in self.filled()]
        kept = [row.name.lower() for row in rows_of(self.webhook) if row.is_hidden]
        problems = headers.problems(wanted, basic, kept)
        for place, row in enumerate(self.filled()):
            row.problem = problems.get(place, "")
        if problems:
            self.add_error(None, HEADERS_SAID)

    def filled(self) -> list[Row]:
        """The rows with something in them; a header without a name is none."""
        return [row for row in self.rows if row.name or row.value]

    def chosen_events(self) -> set[str]:
        """What is ticked when the form is drawn."""
        if not self.is_bound:
            return set(self.initial.get("events", []))
        return set(self.typed.getlist("events")) | set(types_of(self.typed.getlist("groups")))

    def given(self) -> dict[str, Any]:
        """For actions.create() and actions.update()."""
        told = self.cleaned_data
        basic = told["auth"] == "basic"
        return {
            "description": told["description"],
            "target_url": told["target_url"],
            "workspaces": told["workspaces"] if told["where"] == "chosen" else None,
            "events": told["events"],
            "username": told["username"] if basic else "",
            "password": (told["password"] or None) if basic else "",
            "headers": [row.wanted() for row in self.filled()],
        }


def types_of(groups: Any) -> list[str]:
    """All event types of these groups."""
    return [kind for group in hearing.groups() if group["name"] in groups for kind in group["types"]]


def _now(webhook: Webhook) -> dict[str, Any]:
    return {
        "description": webhook.description,
        "target_url": webhook.target_url,
        "where": "all" if webhook.all_workspaces else "chosen",
        "workspaces": list(webhook.workspaces.values_list("public_id", flat=True)),
        "events": webhook.events,
        "auth": "basic" if webhook.username else "none",
        "username": webhook.username,
    }


class CreateForm(WebhookForm):
    """With the nonce that makes the same form sent twice one webhook."""

    creation_key = forms.CharField(
        widget=forms.HiddenInput,
        required=False,
        max_length=64,
        validators=[RegexValidator(r"\A[0-9a-f]{32}\Z")],
    )

    def __init__(self, actor: Actor, data: Any = None, **kwargs: Any) -> None:
        initial = {"creation_key": uuid.uuid4().hex} | kwargs.pop("initial", {})
        super().__init__(actor, data, initial=initial, **kwargs)

    def clean(self) -> None:
        """A hidden value never comes back: a broken or missing key would stay broken."""
        super().clean()
        if self.errors.pop("creation_key", None) or not self.cleaned_data.get("creation_key"):
            self.cleaned_data["creation_key"] = uuid.uuid4().hex


class EditForm(WebhookForm):
    """With the version of the webhook that the page showed."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, actor: Actor, webhook: Webhook, data: Any = None) -> None:
        super().__init__(actor, data, webhook, initial={"version": webhook.version})


class RotateForm(forms.Form):
    """When the present secret stops signing; which version of the webhook the page showed."""

    overlap = forms.ChoiceField(
        label=_("The present secret stops signing"),
        widget=forms.RadioSelect,
        choices=[("0", _("Now")), ("1", _("In 1 hour")), ("24", _("In 24 hours")), ("168", _("In 7 days"))],
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, webhook: Webhook, data: Any = None) -> None:
        super().__init__(data, initial={"overlap": "24", "version": webhook.version})


class TestForm(forms.Form):
    """Which event to send an example of."""

    event = forms.ChoiceField(
        label=_("Event"), error_messages={"invalid_choice": _("Choose one of these events.")}
    )

    def __init__(self, webhook: Webhook, data: Any = None) -> None:
        super().__init__(data)
        others = [kind.value for kind in EventType if kind.value not in webhook.events]
        self.fields["event"].choices = [  # type: ignore[attr-defined]
            (_("It hears of these"), [(kind, event_and_code(kind)) for kind in webhook.events]),
            (_("Others"), [(kind, event_and_code(kind)) for kind in others]),
        ]


class SinceForm(forms.Form):
    """From when on what failed is sent once more."""

    since = forms.DateTimeField(
        label=_("Failed since"),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        help_text=_("When the event happened. Deliveries are kept for 30 days."),
    )

    def clean_since(self) -> datetime:
        """Raises ValidationError outside the days of which deliveries are kept."""
        since: datetime = self.cleaned_data["since"]
        now = timezone.now()
        if since > now:
            raise ValidationError(_("This is in the future."))
        return max(since, now - KEPT - timedelta(days=1))


class DeleteForm(forms.Form):
    """The tick before what can't be undone."""

    sure = forms.BooleanField(
        label=_("I understand that this cannot be undone"),
        error_messages={"required": _("Tick the box to show that you understand.")},
    )
