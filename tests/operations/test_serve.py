"""`manage.py serve`, as a process tree: it starts, says so, mends itself and ends."""

import os
import re
import signal
import socket

import pytest
import requests

from tests.operations.product import AT_ONCE, Product, are_gone, wait_until, welcome_link

PARTS = {"gate-web", "gate-web-worker", "gate-worker", "gate-timetable"}


def test_first_start_prints_address_and_welcome_link(running):
    assert f"Gatehouse is ready at http://127.0.0.1:{running.port}/" in running.output()
    link = welcome_link(running.output())
    assert link, running.output()
    with requests.Session() as browser:
        page = browser.get(f"http://127.0.0.1:{running.port}{link}", timeout=AT_ONCE)
    assert page.status_code == 200
    assert 'name="organization_name"' in page.text


def test_page_and_its_styles_are_served(running):
    status, page = running.get("/accounts/login/")
    assert status == 200
    for address in re.findall(rb'<link[^>]+rel="stylesheet"[^>]+href="([^"]+)"', page) or pytest.fail(
        "no styles"
    ):
        assert running.get(address.decode())[0] == 200


def test_is_ready_with_worker_and_timetable(running):
    # /readyz wants a fresh sign of life from the timetable, through the broker and the worker.
    wait_until(lambda: running.get("/readyz")[0] == 200, "/readyz to be content")


def test_killed_web_worker_comes_back(running):
    lost = running.one("gate-web-worker")
    os.kill(lost, signal.SIGKILL)
    wait_until(lambda: len(running.pids("gate-web-worker") - {lost}) >= 2, "two web workers")
    wait_until(running.is_up, "the web")


@pytest.mark.parametrize("name", ["gate-web", "gate-worker"])
def test_killed_part_comes_back_alone(running, name):
    lost, children = running.one(name), running.pids()
    os.kill(lost, signal.SIGKILL)
    wait_until(lambda: bool(running.pids(name) - {lost}), f"a new {name}")
    wait_until(lambda: {part for part in PARTS if running.pids(part)} >= PARTS, "all parts")
    wait_until(running.is_up, "the web")
    assert f"{name} was killed by SIGKILL" in running.output()
    assert len(running.pids()) <= len(children) + 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stop_signal_ends_it_with_nothing_left(product, number):
    product.start()
    pids = product.pids()
    assert product.signal(number) == 0, product.output()
    assert are_gone(pids)
    assert not list((product.folder / "var").glob("*-wal"))


def test_stop_signal_sent_twice_at_once_is_one(product):
    product.start()
    product.process.send_signal(signal.SIGINT)
    assert product.signal(signal.SIGTERM) == 0
    assert "not everything stopped" not in product.output()


def test_stop_signal_ends_it_while_a_client_keeps_its_connection(product):
    product.start()
    with socket.create_connection(("127.0.0.1", product.port)) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        client.recv(1)
        assert product.signal(signal.SIGTERM) == 0


def test_killed_supervisor_takes_everything_along(product):
    product.start()
    product.one("gate-timetable")
    pids = product.pids()
    product.signal(signal.SIGKILL)
    wait_until(lambda: are_gone(pids), "the parts to end by themselves")


def test_second_start_collects_nothing_again_and_makes_what_may_be_lost(product):
    var = product.folder / "var"
    product.start()
    product.signal(signal.SIGTERM)
    stamp = (var / "static" / ".collected").stat().st_mtime_ns
    for lost in var.glob("ephemeral.sqlite3*"):
        lost.unlink()
    product.log.write_text("")
    product.start()
    assert (var / "static" / ".collected").stat().st_mtime_ns == stamp
    wait_until(lambda: product.get("/readyz")[0] == 200, "/readyz to be content")


def test_taken_port_is_said_in_a_sentence(product):
    with socket.create_server(("127.0.0.1", product.port)):
        product.spawn()
        wait_until(product.has_ended, "the refusal", product.output)
    assert product.process.returncode != 0
    assert f"Port {product.port} on 127.0.0.1 is taken" in product.output()
    assert "Traceback" not in product.output()


def test_second_one_on_the_same_data_is_refused(running):
    second = Product(running.folder, {})
    second.log = running.folder / "second.txt"
    second.spawn()
    try:
        wait_until(second.has_ended, "the refusal", second.output)
    finally:
        second.clean_up()
    assert "Another `manage.py serve` runs" in second.output()
    assert running.is_up()
