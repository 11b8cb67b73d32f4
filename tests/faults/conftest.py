"""Real senders, a real mail server and a committed scratch database."""

import pytest
from ledger import LEDGER
from sendgrid_peer import SendGridPeer
from smtp_peer import Peer
from stage import Launcher, Sink, Stage

import scratch


def pytest_terminal_summary(terminalreporter):
    """Print one line a family of faults."""
    terminalreporter.section("families of faults")
    for line in LEDGER.table():
        terminalreporter.line(line)


@pytest.fixture(scope="session")
def ledger():
    return LEDGER


@pytest.fixture(scope="session")
def configuration(tmp_path_factory):
    folder = tmp_path_factory.mktemp("odoo")
    return scratch.write_configuration(folder, data_dir=folder / "data")


@pytest.fixture(scope="session")
def database(configuration):
    with scratch.database(configuration, "mm_faults", "test_marketing_sender") as name:
        yield name


@pytest.fixture
def stage(database, launcher):
    stage = Stage(database, launcher)
    stage.send_at_any_time()
    yield stage
    stage.clear()
    stage.close()


@pytest.fixture(scope="session")
def launcher(configuration, database):
    launcher = Launcher(configuration, database)
    yield launcher
    launcher.stop()


@pytest.fixture
def sink(tmp_path, request):
    """The mail server; its indirect parameter is the delay of an answer in seconds."""
    sink = Sink(tmp_path, getattr(request, "param", 0))
    yield sink
    sink.stop()


@pytest.fixture
def peer():
    peer = Peer()
    yield peer
    peer.stop()


@pytest.fixture
def http_peer():
    peer = SendGridPeer()
    yield peer
    peer.stop()
