"""A database that was dumped in the middle of a campaign, and restored."""

import subprocess

import pytest
from account import check
from stage import Launcher, Stage, wait_for

AUDIENCE = 150


def run(*command):
    subprocess.run([str(part) for part in command], check=True)


def drop(name):
    run("dropdb", "--force", "--if-exists", name)


class Restored:
    """A restored database with its own senders, on the same machine and data folder."""

    def __init__(self, configuration, name):
        self.launcher = Launcher(configuration, name)
        self.stage = Stage(name, self.launcher)

    def send(self, campaign_id):
        """Let the sweeper and a sender try, as they would all day."""
        self.launcher.sweep()
        pid = self.launcher.send(campaign_id)
        wait_for(lambda: self.launcher.has_ended(pid))
        self.launcher.sweep()

    def forget_the_dead(self, campaign_id):
        """Sweep until the messages of the dumped sender are back in the queue."""

        def is_over():
            self.launcher.sweep()
            return not self.stage.keys(campaign_id, "claimed", "submitting")

        wait_for(is_over)

    def close(self):
        self.stage.close()
        self.launcher.stop()


@pytest.fixture
def restore(configuration, database):
    """Open the database ``database``_copy; whatever was opened before is closed."""
    name, opened = f"{database}_copy", []

    def close():
        while opened:
            opened.pop().close()

    def opener():
        close()
        opened.append(Restored(configuration, name))
        return opened[-1]

    opener.name, opener.close = name, close
    yield opener
    close()
    for suffix in ("", "_backup"):
        drop(name + suffix)


@pytest.fixture
def dumped(stage, launcher, sink, database, restore, tmp_path):
    """A campaign whose sender died, dumped like that, restored under another name."""
    addresses = [f"customer{n}@restore.example" for n in range(AUDIENCE)]
    campaign_id = stage.campaign(sink.port, addresses)
    sender = launcher.send(campaign_id)
    wait_for(lambda: len(sink.addresses()) > 20)
    launcher.kill(sender)
    wait_for(lambda: launcher.has_ended(sender))
    dump = tmp_path / "dump"
    run("pg_dump", "-Fc", "-Z0", "-O", "-x", "-f", dump, database)
    run("createdb", "-T", "template0", restore.name)
    run("pg_restore", "--jobs", 2, "-O", "-x", "-d", restore.name, dump)
    stage.finish(launcher, campaign_id)
    check(stage, sink, campaign_id, AUDIENCE)
    return campaign_id


@pytest.mark.parametrize("sink", [0.02], indirect=True)
def test_restored_beside_the_live_one(stage, sink, restore, dumped, ledger):
    """It knows nothing of what has left since: it must not send by itself."""
    copy = restore()
    copy.forget_the_dead(dumped)
    for _try in range(2):
        copy.send(dumped)
    assert sink.keys().total() == AUDIENCE
    assert copy.stage.states(dumped)["queued"] > 80
    assert copy.stage.status(dumped) == "running"
    ledger.note("F16 restored copies", 1)
    # The journal lies with the live database: what was on its way is in doubt here.
    assert set(copy.stage.states(dumped)) <= {"queued", "sent", "in_doubt"}


@pytest.mark.parametrize("sink", [0.02], indirect=True)
def test_confirmed_and_set_back(stage, sink, restore, dumped, launcher, ledger):
    """A confirmed copy sends; its own backup, restored over it, waits again."""
    copy = restore()
    copy.launcher.confirm()
    copy.forget_the_dead(dumped)
    queued = copy.stage.states(dumped)["queued"]
    pid = copy.launcher.send(dumped)
    wait_for(lambda: sink.keys().total() > AUDIENCE + 10)
    copy.launcher.kill(pid)
    wait_for(lambda: copy.launcher.has_ended(pid))
    restore.close()
    backup = f"{restore.name}_backup"
    run("createdb", "-T", restore.name, backup)

    copy = restore()
    copy.stage.finish(copy.launcher, dumped)
    restore.close()
    total = sink.keys().total()
    assert AUDIENCE + queued - 20 <= total <= AUDIENCE + queued + 20

    drop(restore.name)
    run(
        "psql",
        "-qc",
        f'ALTER DATABASE "{backup}" RENAME TO "{restore.name}"',
        "postgres",
    )
    copy = restore()
    for _try in range(2):
        copy.send(dumped)
    assert sink.keys().total() == total, "the backup sent again what had left"
    ledger.note("F16 restored copies", 2)
    # the live one beside all that was never disturbed
    assert stage.status(dumped) == "completed"
    other = stage.campaign(sink.port, ["after@restore.example"])
    stage.finish(launcher, other)
    assert stage.states(other) == {"sent": 1}
