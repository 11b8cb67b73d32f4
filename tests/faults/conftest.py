"""Real senders, a real mail server and a committed scratch database."""

import pytest
from sendgrid_peer import SendGridPeer
from smtp_peer import Peer
from stage import Launcher, Sink, Stage

import scratch


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
    stage.query("DELETE FROM marketing_job")
    stage.query("DELETE FROM campaign_recipient")
    stage.query("DELETE FROM email_campaign")
    stage.query("DELETE FROM email_subscription_preference")
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
