"""What people type about workspaces and tasks."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import NameField, no_controls, one_line
from accounts.forms_unseen import VersionedForm
from accounts.models import Membership
from workspaces.models import Column, Task, Workspace

MOST_LABELS, LABEL_LENGTH = 20, 40


class WorkspaceForm(VersionedForm):
    """Name and description; `version` is the one that the page showed."""

    name = NameField(label=gettext_lazy("Name"))
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        max_length=2000,
        validators=[no_controls],
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)

    def __init__(self, workspace: Workspace | None = None, data: Any = None) -> None:
        names = ("name", "description", "version")
        super().__init__(
            data, initial={name: getattr(workspace, name) for name in names} if workspace else None
        )

    def wanted(self) -> dict[str, Any]:
        """The fields for the verbs."""
        return {name: self.cleaned_data[name] for name in ("name", "description")}


class NewTaskForm(forms.Form):
    """A title is enough to begin with."""

    title = forms.CharField(label=gettext_lazy("New task"), max_length=200, validators=[one_line])
    column = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)


class LabelsField(forms.CharField):
    """Words with commas between them; a list."""

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        """Without blanks and repetitions, in order."""
        words = (word.strip() for word in (super().to_python(value) or "").split(","))
        return list(dict.fromkeys(word for word in words if word))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the words are others."""
        return self.to_python(initial) != self.to_python(data)

    def validate(self, value: Any) -> None:
        """Not too many, none too long."""
        if len(value) > MOST_LABELS:
            raise ValidationError(_("At most %d labels.") % MOST_LABELS)
        if any(len(word) > LABEL_LENGTH for word in value):
            raise ValidationError(_("A label has at most %d characters.") % LABEL_LENGTH)

    def run_validators(self, value: Any) -> None:
        """Each on one line."""
        for word in value:
            one_line(word)


class TaskForm(VersionedForm):
    """A task."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200, validators=[one_line])
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        max_length=10_000,
        validators=[no_controls],
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    column = forms.ChoiceField(label=gettext_lazy("Column"))
    assignee = forms.ChoiceField(label=gettext_lazy("Assigned to"), required=False)
    due_on = forms.DateField(
        label=gettext_lazy("Due"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    labels = LabelsField(
        label=gettext_lazy("Labels"),
        required=False,
        help_text=gettext_lazy("Words with commas between them."),
    )
    done = forms.BooleanField(label=gettext_lazy("Done"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, task: Task, columns: list[Column], people: list[Membership], data: Any = None) -> None:
        now = {
            "title": task.title,
            "description": task.description,
            "column": task.column.public_id,
            "assignee": task.assignee.user.public_id if task.assignee else "",
            "due_on": task.due_on,
            "labels": ", ".join(task.labels),
            "done": task.done_at is not None,
            "version": task.version,
        }
        super().__init__(data, initial=now)
        self.fields["column"].choices = [(one.public_id, one.name) for one in columns]  # type: ignore[attr-defined]
        # Somebody who left stays until another name is chosen.
        gone = task.assignee_name if task.assignee is None else ""
        self.fields["assignee"].choices = [  # type: ignore[attr-defined]
            ("", gone or "–"),
            *((one.user.public_id, str(one.user)) for one in people),
        ]
        self.gone = bool(gone)

    def wanted(self) -> dict[str, Any]:
        """The fields for `actions_tasks.update`."""
        told = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        told["assignee"] = told["assignee"] or None
        if self.gone and told["assignee"] is None:
            del told["assignee"]
        return told


class MemberForm(forms.Form):
    """Somebody who is to belong."""

    person = forms.ChoiceField(label=gettext_lazy("Person"))

    def __init__(self, people: list[Membership], data: Any = None) -> None:
        super().__init__(data)
        chosen = [(one.user.public_id, str(one.user)) for one in people]
        self.fields["person"].choices = [("", _("Choose")), *chosen]  # type: ignore[attr-defined]
