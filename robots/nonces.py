"""Spent OAuth1 nonces: one atomic insert each, in a database of their own where there is one (house.md)."""

import time

from django.db import DatabaseError, IntegrityError, router, transaction

from accounts.sealing import fingerprint
from robots.models import SpentNonce


def spend(text: str, seconds: int) -> bool:
    """Remember `text` for `seconds`; False when it was spent before, on whatever process."""
    using = router.db_for_write(SpentNonce)
    row = SpentNonce(key=fingerprint(text), expires_at=int(time.time()) + seconds)
    try:
        # A savepoint where the caller has a transaction, so that a conflict does not break it.
        with transaction.atomic(using=using):
            row.save(force_insert=True, using=using)
    except IntegrityError:
        return False
    return True


def sweep() -> int:
    """Forget expired ones; how many."""
    using = router.db_for_write(SpentNonce)
    try:
        return SpentNonce.objects.using(using).filter(expires_at__lt=int(time.time())).delete()[0]
    except DatabaseError:
        return 0
