"""One door for the benchmark's calls: a function of `events_work` and its values."""

import events_work


def run(env, options):
    return getattr(events_work, options["function"])(env, *options["values"])
