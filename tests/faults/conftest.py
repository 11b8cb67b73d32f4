"""Real senders, a real mail server and a committed scratch database."""

import pytest
from ledger import LEDGER
from sendgrid_peer import SendGridPeer
from ses_peer import CONFIGURATION_SET, KEY, REGION, SECRET, SesPeer
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


@pytest.fixture
def ses_peer():
    peer = SesPeer()
    yield peer
    peer.stop()


@pytest.fixture
def ses_provider_id(stage, ses_peer):
    return stage.value(
        """INSERT INTO delivery_provider (name, active, provider_type, channel, state,
               ses_region, ses_access_key, ses_secret_key, ses_configuration_set,
               ses_url, cap_per_minute, cap_per_hour, cap_per_day, connection_count,
               failure_count, currency_id)
           VALUES ('SES', TRUE, 'ses', 'email', 'untested', %s, %s, %s, %s, %s,
               0, 0, 0, 1, 0, (SELECT min(currency_id) FROM res_company))
           RETURNING id""",
        *(REGION, KEY, SECRET, CONFIGURATION_SET, ses_peer.url),
    )
