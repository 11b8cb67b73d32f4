"""What the server answers is what its OpenAPI document says, whatever it is sent."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode, checks

EXAMPLES = 5
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
# a valid document may still name an address that is none, or a version that is old
LEFT_OUT = [checks.positive_data_acceptance]
# its 503 is an answer: this server runs no crons, and health notices
HEALTH = "GET /marketing/health"


@pytest.fixture(scope="session")
def operations(server):
    url = f"{server.url}/api/v1/openapi.json"
    document = schemathesis.openapi.from_url(url)
    return [found.ok() for found in document.get_all_operations()]


def test_every_operation_answers_as_documented(server, operations, subtests):
    assert len(operations) > 10
    for operation in operations:
        for mode in MODES:
            with subtests.test(operation=operation.label, mode=mode.value):
                _try(operation, mode, server.token)


def _try(operation, mode, token):
    headers = {"Authorization": f"Bearer {token}"}
    left_out = list(LEFT_OUT)
    if operation.label == HEALTH:
        left_out.append(checks.not_a_server_error)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case):
        case.call_and_validate(headers=headers, excluded_checks=left_out)

    run()


def test_the_log_has_no_traceback_and_no_key(server):
    """The requests above left no error behind."""
    log = server.log.read_text()
    assert "Traceback" not in log
    assert " ERROR " not in log
    assert server.token[4:] not in log
