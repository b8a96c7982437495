"""How an attempt ended, in a word that is stored and in words that people read."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Outcome(TextChoices):
    """`OK` is a status from 200 to 299; everything else is a failure, and the delivery waits for its next attempt."""

    OK = "ok", _("Delivered")
    STATUS = "status", _("The receiver answered with an error")
    TIMEOUT = "timeout", _("The receiver did not finish its answer within 15 seconds")
    DNS = "dns", _("The name of the receiver was not found")
    REFUSED = "refused", _("The receiver refused the connection")
    CONNECTION = "connection", _("The connection to the receiver broke off")
    TLS = "tls", _("The certificate of the receiver is not valid, or it does not speak TLS")
    ADDRESS = "address", _("The address of the receiver may not be reached from here")
    PROTOCOL = "protocol", _("The answer of the receiver is not HTTP")
    TOO_LARGE = "too_large", _("The headers of the answer are too large")
    SEALED = "sealed", _("The secrets of this webhook can't be opened")
    # No attempt at all: it waited too long while the webhook was off or paused.
    EXPIRED = "expired", _("It waited too long to be sent")
