"""Why a verb of the work said no: the ground's words for it (accounts/refusals.py)."""

from accounts.refusals import NotThere, NotValid, Stale

__all__ = ["NotThere", "NotValid", "Stale"]
