"""The verdict of a soak: what was promised against what is there."""

DOUBTFUL = ("in_doubt",)
GROWTH_LIMIT = 1.1
# processes that may each leave one message in doubt
PUMPS = {"child": 1, "worker": 2, "connections": 3, "odoo": 1}


def report(figures, folder):
    """Print figures and verdict; return 1 if anything was lost, doubled or grew."""
    checks = {**check_messages(figures), **check_events(figures), **check_rest(figures)}
    _print_figures(figures)
    for name, found in checks.items():
        print(f"{name}: {len(found)}", *found[:5], sep="\n    " if found else "")
    good = not any(checks.values())
    verdict = "nothing lost, nothing twice, memory flat" if good else "FAILED"
    print(f"logs: {folder}\nverdict: {verdict}")
    return int(not good)


def check_messages(figures):
    states, accepted = figures["states"], figures["accepted"]
    doubts = {key for key, state in states.items() if state in DOUBTFUL}
    sent = {key for key, state in states.items() if state == "sent"}
    allowed = sum(PUMPS[fault] * n for fault, n in figures["faults"].items())
    return {
        "messages sent twice": [key for key, n in accepted.items() if n > 1],
        "messages sent, but never arrived": sorted(sent - set(accepted)),
        "messages arrived, but neither sent nor in doubt": sorted(
            set(accepted) - sent - doubts
        ),
        "messages neither sent nor in doubt": sorted(set(states) - sent - doubts),
        "counters that differ": figures["wrong"],
        "doubts beyond the faults": sorted(doubts)[allowed:],
    }


def check_events(figures):
    """Compare batches: what was answered with 202, what was offered, what is there."""
    stored = {int(number): tuple(n) for number, n in figures["stored"].items()}
    acknowledged, offered = figures["acknowledged"], figures["offered"]
    return {
        "events lost after a 202": [
            f"batch {number}: {stored.get(number, (0, 0))[1]} of {size}"
            for number, size in acknowledged.items()
            if stored.get(number, (0, 0))[1] < size
        ],
        "events stored twice": [
            f"batch {number}: {rows} rows of {events} events"
            for number, (rows, events) in stored.items()
            if rows > events
        ],
        "events that nobody sent": [
            f"batch {number}: {events} of {offered.get(number, 0)}"
            for number, (_rows, events) in stored.items()
            if events > offered.get(number, 0)
        ],
        "batches never acknowledged": sorted(set(offered) - set(acknowledged)),
    }


def check_rest(figures):
    return {
        "errors of shoppers, users and programs": figures["errors"],
        "memory that grows": [
            f"{name}: {first:.0f} to {last:.0f} MB"
            for name, (first, last) in figures["memory"].items()
            if last > GROWTH_LIMIT * first
        ],
    }


def _print_figures(figures):
    states = list(figures["states"].values())
    events = sum(figures["acknowledged"].values())
    faults = figures["faults"]
    listed = ", ".join(f"{name} {n}" for name, n in sorted(faults.items()))
    print(
        f"{figures['seconds'] / 60:.1f} minutes, {figures['campaigns']} campaigns,"
        f" {states.count('sent'):,} messages sent, {states.count('in_doubt')} in doubt,"
        f" {events:,} events acknowledged ({events / figures['seconds']:.0f} a second),"
        f" {sum(faults.values())} faults ({listed}),"
        f" {figures['excused']} errors right after a fault"
    )
    for name, (first, last) in figures["memory"].items():
        print(f"memory of {name}: {first:.0f} MB early, {last:.0f} MB late")
