"""What a form carries unseen (a version, a key against double clicks): refused, it never comes back, and has no name."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import DjangoTemplates
from django.utils.translation import gettext as _

from accounts.facts import value_words


class SteadyField(BoundField):
    """Drawn again with its fresh value when what was sent was none: else the form could never be sent."""

    def value(self) -> Any:
        """As Django's, but for a hidden one that was refused."""
        if self.is_hidden and self.form.is_bound and self.errors:
            return self.field.prepare_value(self.initial)
        return super().value()


class Renderer(DjangoTemplates):
    """Of every form (FORM_RENDERER)."""

    bound_field_class = SteadyField


class VersionedForm(forms.Form):
    """Knows in `version` which one its page showed."""

    def refuse_stale(self, said: str, fresh: forms.Form) -> None:
        """Refuse it because somebody changed the thing; `fresh` is the form as a page opened now would show it.

        What was typed stays. Each field that differs says what is saved, and the next time it is saved on purpose.
        """
        for bound in fresh:
            typed = self[bound.name]
            if not bound.is_hidden and typed.field.has_changed(bound.initial, typed.data):
                self.add_error(bound.name, _("Saved by now: %s") % _words(bound))
        self.add_error(None, said)
        again = self.data.copy()  # type: ignore[attr-defined]
        again["version"] = str(fresh["version"].initial)
        self.data = again


def _words(bound: BoundField) -> str:
    """A value as one reads it in its field."""
    choices = dict(bound.field.choices) if isinstance(bound.field, forms.ChoiceField) else {}  # type: ignore[arg-type]
    return value_words(choices.get(bound.initial, bound.initial))


def problems(form: forms.BaseForm) -> list[dict[str, Any]]:
    """What is wrong, field by field: `label`, `text`, and for what can be seen the `field` to go to.

    Hidden ones without a label of their own are one sentence together: their names say nothing to anybody.
    """
    found: list[dict[str, Any]] = []
    is_lost = False
    for bound in form:
        seen = {"label": str(bound.label), "field": "" if bound.is_hidden else bound}
        if bound.is_hidden and bound.field.label is None:
            is_lost = is_lost or bool(bound.errors)
        else:
            found += [seen | {"text": text} for text in bound.errors]
    if is_lost:
        said = _("A part of this form got lost. Look through it, then press the button again.")
        found.append({"label": "", "field": "", "text": said})
    return found
