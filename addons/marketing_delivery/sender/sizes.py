"""How many messages a pump claims, and how many pass the gate at once."""

from . import settings


class Sizes:
    """Sizes that follow the speed of the provider.

    ``batch`` messages pass the gate by one commit, ``portion`` are claimed at once.

    :param largest: the batch of the adapter's capabilities
    """

    def __init__(self, largest):
        self._largest = largest
        self.batch = largest
        self.portion = 2 * largest

    def learn_portion(self, number, seconds):
        """Claim what can leave soon: many connections are done at the same time.

        Whole batches, as a batch of two costs as much of the database as one of ten.
        """
        fitting = settings.PORTION_SECONDS * number / max(seconds, 0.001)
        batches = int(min(fitting, settings.PORTION) // self.batch)
        self.portion = self.batch * max(1, batches)

    def learn_batch(self, seconds):
        """Make batches so small that pause and figures stay live."""
        if seconds > settings.SLOW_BATCH:
            self.batch = max(1, self.batch // 2)
        else:
            step = max(1, self._largest // 10)
            self.batch = min(self._largest, self.batch + step)
