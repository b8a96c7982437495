"""Which addresses a webhook may have, as far as they say."""

import pytest
from django.core.exceptions import ValidationError

from webhooks import targets


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://erp.example/in", "https://erp.example/in"),
        ("https://ERP.Example", "https://erp.example/"),
        ("HTTPS://erp.example:443/in?a=b&c=%20", "https://erp.example/in?a=b&c=%20"),
        ("https://erp.example.:8443/", "https://erp.example:8443/"),
        ("https://xn--zk-hka.example/", "https://xn--zk-hka.example/"),
        ("https://1.1.1.1/", "https://1.1.1.1/"),
        ("https://[2606:4700::1111]:8443/", "https://[2606:4700::1111]:8443/"),
        ("http://127.0.0.1:9000/in", "http://127.0.0.1:9000/in"),
        ("http://[::1]:9000/", "http://[::1]:9000/"),
        ("http://localhost:9000/", "http://localhost:9000/"),
    ],
)
def test_good_ones_are_kept_in_one_spelling(typed: str, kept: str) -> None:
    assert targets.check(typed) == kept


BAD = """
erp.example/in ftp://erp.example/ https:///in https:// javascript:alert(1) //erp.example/ https:erp.example
https://olga:secret@erp.example/ https://@erp.example/ https://erp.example/#here https://erp.example/#
https://erp.example:22/ https://erp.example:0/ https://erp.example:99999/ https://erp.example:x/
https://10.0.0.1/ https://192.168.1.1/ https://169.254.169.254/latest https://0.0.0.0/ https://[fe80::1]/
https://[fe80::1%25eth0]/ https://[::ffff:10.0.0.1]/ https://[64:ff9b::a00:1]/ https://[fd00::1]/ https://224.0.0.1/
https://2130706433/ https://127.1/ https://0x7f.0.0.1/ https://0177.0.0.1/ https://1.2.3.4.5/ https://erp.0x7f/
https://erp..example/ https://-erp.example/ https://erp_%41.example/ https://[erp]/ https://[::1/ https://erp.example\\@a/
http://erp.example/in http://1.1.1.1/ https://żółć.example/
""".split()


@pytest.mark.parametrize(
    "typed", [*BAD, "https://erp.example/a b", "https://erp.example/\x00", "https://e/" + "x" * 2000]
)
def test_bad_ones_are_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(ValidationError) as refused:
        targets.check(typed)
    told = refused.value.messages[0]
    assert told.endswith((".", "…")) and "10.0.0.1" not in told


def test_this_instance_is_no_target(settings: object) -> None:
    settings.GATEHOUSE_URL, settings.PORT = "https://gatehouse.example", 8000  # type: ignore[attr-defined]
    for typed in ("https://gatehouse.example/x", "https://GATEHOUSE.example:443/", "http://127.0.0.1:8000/"):
        with pytest.raises(ValidationError, match="itself"):
            targets.check(typed)
    assert targets.check("https://gatehouse.example:8443/")


def test_the_operator_opens_networks(settings: object) -> None:
    settings.GATEHOUSE_WEBHOOK_ALLOW = ("10.1.0.0/16",)  # type: ignore[attr-defined]
    assert targets.check("http://10.1.2.3/") and targets.check("https://10.1.2.3:8443/")
    # A name may lead there; the sender decides when it connects.
    assert targets.check("http://n8n:5678/hook")
    with pytest.raises(ValidationError):
        targets.check("https://10.2.0.1/")


def test_in_production_loopback_is_private_like_any_other(settings: object) -> None:
    settings.PRODUCTION = True  # type: ignore[attr-defined]
    for typed in ("http://127.0.0.1:9000/", "https://localhost:9000/", "https://a.localhost/"):
        with pytest.raises(ValidationError):
            targets.check(typed)
