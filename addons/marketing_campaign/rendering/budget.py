"""What one message may cost.

A thread has no signals and no memory limit of its own, so the limits are counted:
every row of a repeat and every piece of output pays before it is made. What a row costs
is known when the template is compiled (assembly.py); the clock is a second lock on the
same door. It counts the CPU time of this thread, so a busy server refuses nothing.
"""

import time

from odoo.tools.translate import LazyTranslate

from .problems import TemplateProblem

_lt = LazyTranslate(__name__)

MAX_OUTPUT = 1024 * 1024  # characters of one part of a rendered message
MAX_CHARACTERS = 4 * MAX_OUTPUT  # all that is read and written for one message
MAX_OPERATIONS = 200_000  # pieces put out, rows repeated, words of conditions
MAX_SECONDS = 2.0
_CLOCK_EVERY = 256  # operations between two looks at the clock


class Budget:
    """Operations, characters and CPU seconds that are left for one message."""

    __slots__ = ("_clock", "characters", "deadline", "next_look", "operations")

    def __init__(self, clock=time.thread_time):
        self._clock = clock
        self.operations = MAX_OPERATIONS
        self.characters = MAX_CHARACTERS
        self.deadline = clock() + MAX_SECONDS
        self.next_look = self.operations - _CLOCK_EVERY

    def spend(self, operations, characters=0):
        """Pay for what comes next; raises TemplateProblem when nothing is left."""
        self.operations -= operations
        self.characters -= characters
        if self.operations < 0:
            raise TemplateProblem(_lt("Filling in this message takes too many steps."))
        if self.characters < 0:
            raise TemplateProblem(_lt("The message would exceed 1 MB."))
        if self.operations <= self.next_look:
            self.next_look = self.operations - _CLOCK_EVERY
            if self._clock() > self.deadline:
                raise TemplateProblem(_lt("Filling in this message takes too long."))


class Rows(tuple):
    """Rows of a repeat that pay for themselves while Jinja walks over them."""

    # no __slots__: a subclass of tuple cannot have any

    def __new__(cls, rows, budget, weight):
        made = super().__new__(cls, rows)
        made.budget = budget
        made.weight = weight
        return made

    def __iter__(self):
        for row in super().__iter__():
            self.budget.spend(self.weight)
            yield row
