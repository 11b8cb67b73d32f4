"""D7: an opt-out that was committed before the gate wins. Two real processes race.

One process opts people out as the page does, the other sends; each notes when. The
commit of an opt-out is noted after it, the gate before it: so what was noted first has
happened first, and not one message may have left in spite of it.
"""

import pytest
from account import check
from ledger import volume
from stage import wait_for

FAMILY = "F14 opt-outs in the middle"
BATCH = 10


def addresses(number, name="racer"):
    return [f"{name}{n}@race.example" for n in range(number)]


def write_people(stage, campaign_id, chosen, file):
    """Write who opts out, in the order in which it will happen."""
    rows = stage.query(
        """SELECT email_address, company_id, address_key FROM campaign_recipient
            WHERE campaign_id = %s""",
        campaign_id,
    )
    known = {address: (company_id, key) for address, company_id, key in rows}
    lines = ["{} {} {}\n".format(*known[address], address) for address in chosen]
    file.write_text("".join(lines))


def read_opt_outs(file):
    """Return ``{address: when it was committed at the latest}``."""
    pairs = (line.split() for line in file.read_text().splitlines())
    return {address: int(moment) for moment, address in pairs}


def read_gates(stage, files):
    """Return ``{address: the last time before the gate was asked for it}``."""
    names = dict(stage.query("SELECT id, email_address FROM campaign_recipient"))
    asked = {}
    for file in files:
        for line in file.read_text().splitlines():
            moment, *ids = map(int, line.split())
            for row_id in ids:
                asked[names[row_id]] = max(moment, asked.get(names[row_id], 0))
    return asked


@pytest.mark.parametrize("sink", [0.015], indirect=True)
def test_two_processes_race(stage, launcher, sink, tmp_path, ledger):
    """One runs beside the sender through the same people, one comes from the end."""
    audience = volume(600, 4000)
    people = addresses(audience)
    campaign_id = stage.campaign(sink.port, people)
    gates = [tmp_path / f"gate{number}" for number in range(2)]
    # the first twenty have their message already
    orders = {"beside": [*people[:20], *people[60::4]], "against": people[:60:-4]}
    for name, chosen in orders.items():
        write_people(stage, campaign_id, chosen, tmp_path / name)
    for gate in gates:
        launcher.send(campaign_id, watch=gate)
    wait_for(lambda: len(sink.addresses()) > 40)
    leavers = [
        launcher.opt_out(tmp_path / name, tmp_path / f"{name}.log") for name in orders
    ]
    for pid in leavers:
        wait_for(lambda pid=pid: launcher.has_ended(pid), 300)
    stage.finish(launcher, campaign_id)

    reached = set(sink.addresses())
    asked = read_gates(stage, gates)
    opted_out = {}
    for name in orders:
        opted_out |= read_opt_outs(tmp_path / f"{name}.log")
    assert set(opted_out) == {a for chosen in orders.values() for a in chosen}
    first = {a for a, moment in opted_out.items() if moment < asked.get(a, 0)}
    late = {a for a in opted_out if a in reached}
    assert first and late, "nobody won: this was no race"
    assert first.isdisjoint(reached), "a message left after its opt-out"
    account = check(stage, sink, campaign_id, audience)
    ledger.note(FAMILY, len(opted_out), account)


def hold_and_opt_out(stage, launcher, sink, folder, **breaks):
    """Stop a sender right before the gate and let half of its batch opt out meanwhile.

    Return the addresses of these people.
    """
    campaign_id = stage.campaign(sink.port, addresses(BATCH, folder.name))
    chosen = addresses(BATCH, folder.name)[::2]
    write_people(stage, campaign_id, chosen, folder / "people")
    pid = launcher.send(campaign_id, hold=folder / "hold", **breaks)
    wait_for((folder / "hold.here").exists)
    leaver = launcher.opt_out(folder / "people", folder / "log")
    wait_for(lambda: launcher.has_ended(leaver))
    (folder / "hold").touch()
    wait_for(lambda: launcher.has_ended(pid))
    return set(chosen)


def test_the_last_moment(stage, launcher, sink, tmp_path, ledger):
    """Everything is claimed and rendered, and the gate is asked next."""
    for number in range(volume(6, 40)):
        folder = tmp_path / f"round{number}x"
        folder.mkdir()
        left = hold_and_opt_out(stage, launcher, sink, folder)
        mine = {a for a in sink.addresses() if a.startswith(folder.name)}
        assert mine == set(addresses(BATCH, folder.name)) - left
        ledger.note(FAMILY, len(left))
    found = stage.query("SELECT DISTINCT state, reason FROM campaign_recipient")
    assert set(found) == {("sent", None), ("skipped", "unsubscribed")}


def test_a_build_that_reads_too_early_is_found(stage, launcher, sink, tmp_path):
    folder = tmp_path / "early"
    folder.mkdir()
    left = hold_and_opt_out(
        stage, launcher, sink, folder, sabotage="consent_read_too_early"
    )
    assert left <= set(sink.addresses()), "the broken build was not found"
