"""F19: orders of a plan: killed in the middle, pressed twice, opened again."""

import signal

import pytest
from planning import COMMITTED, POINTS, WAVES
from stage import wait_for

_plan_count = iter(range(1000))


class Plan:
    """An approved plan, and what became of it."""

    def __init__(self, stage, launcher, folder):
        self.name = f"fault{next(_plan_count)}"
        self._stage, self._launcher, self._folder = stage, launcher, folder
        launcher.run("prepare_plan", self.name)
        self.id = stage.value("SELECT id FROM campaign_plan WHERE name = %s", self.name)

    def start(self, command, point=""):
        """Fork a process; return its pid when it waits at the point."""
        here = (
            self._folder / f"{command}-{self.name}-{len(list(self._folder.iterdir()))}"
        )
        words = [self.name, *([point, str(here)] if point else [])]
        pid = self._launcher.start(command, *words)
        if point:
            wait_for(here.exists)
        return pid, here

    def run(self, command):
        """Run a process to its end; return its exit code."""
        pid, _here = self.start(command)
        return self._launcher.wait(pid)

    def state(self):
        return self._stage.value(
            "SELECT state FROM campaign_plan WHERE id = %s", self.id
        )

    def wait_until_free(self):
        """The database has noticed that whoever held the plan is dead."""
        wait_for(
            lambda: self._stage.query(
                "SELECT id FROM campaign_plan WHERE id = %s FOR UPDATE SKIP LOCKED",
                self.id,
            )
        )

    def orders(self):
        """Return [(wave, state, lines, pieces)] of its orders."""
        return self._stage.query(
            """SELECT o.campaign_wave_id, o.state, count(line.id),
                      sum(line.product_uom_qty)::int
                 FROM sale_order o JOIN sale_order_line line ON line.order_id = o.id
                WHERE o.campaign_plan_id = %s
             GROUP BY o.id ORDER BY o.id""",
            self.id,
        )

    def check_exactly_once(self):
        orders = self.orders()
        assert len(orders) == len({wave for wave, *_rest in orders}) == WAVES
        assert {tuple(rest) for _wave, *rest in orders} == {("draft", 2, 200)}
        linked = self._stage.value(
            """SELECT count(DISTINCT order_id) FROM campaign_plan_execution
                WHERE plan_id = %s""",
            self.id,
        )
        assert linked == WAVES
        assert self.state() == "executed"


@pytest.fixture
def plan(stage, launcher, tmp_path):
    return Plan(stage, launcher, tmp_path)


def test_killed_at_each_place(stage, launcher, tmp_path, ledger):
    """Before the commit there is nothing; the next run makes exactly the orders."""
    for point in POINTS:
        plan = Plan(stage, launcher, tmp_path)
        pid, _here = plan.start("execute_plan", point)
        launcher.kill(pid)
        assert launcher.wait(pid) == -signal.SIGKILL, point
        plan.wait_until_free()
        assert not plan.orders(), f"half done: {point}"
        assert plan.state() == "approved"
        assert plan.run("execute_plan") == 0
        plan.check_exactly_once()
        assert plan.run("execute_plan") == 0, "a third time makes nothing"
        plan.check_exactly_once()
        ledger.note("F19 orders of a plan", 1)


def test_killed_after_the_commit(plan, launcher, ledger):
    """The orders are there, the answer is not: pressing again makes no more."""
    pid, _here = plan.start("execute_plan", COMMITTED)
    launcher.kill(pid)
    assert launcher.wait(pid) == -signal.SIGKILL
    plan.check_exactly_once()
    assert plan.run("execute_plan") == 0
    plan.check_exactly_once()
    ledger.note("F19 orders of a plan", 1)


def test_one_of_the_orders_is_lost(plan, stage, ledger):
    """A database from which one order was deleted: exactly that one is made again."""
    assert plan.run("execute_plan") == 0
    lost, *kept = [
        row[0]
        for row in stage.query(
            "SELECT id FROM sale_order WHERE campaign_plan_id = %s ORDER BY id", plan.id
        )
    ]
    stage.query("DELETE FROM campaign_plan_execution WHERE order_id = %s", lost)
    stage.query("DELETE FROM sale_order_line WHERE order_id = %s", lost)
    stage.query("DELETE FROM sale_order WHERE id = %s", lost)
    assert plan.run("execute_plan") == 0
    plan.check_exactly_once()
    left = stage.query(
        "SELECT id FROM sale_order WHERE campaign_plan_id = %s ORDER BY id", plan.id
    )
    assert [row[0] for row in left][: len(kept)] == kept
    ledger.note("F19 orders of a plan", 1)


def test_opened_again_while_orders_are_made(plan, launcher, ledger):
    """Whoever comes second is told so; afterwards the drafts are cancelled."""
    pid, here = plan.start("execute_plan", "orders made")
    assert plan.run("reopen_plan") != 0, "the plan is held"
    assert plan.run("execute_plan") != 0, "so it is for a second click"
    here.with_name(f"{here.name}.go").touch()
    assert launcher.wait(pid) == 0
    plan.check_exactly_once()
    assert plan.run("reopen_plan") == 0
    assert plan.state() == "draft"
    assert {state for _wave, state, *_rest in plan.orders()} == {"cancel"}
    ledger.note("F19 orders of a plan", 2)


def test_orders_while_it_is_opened_again(plan, launcher, ledger):
    """Nothing of a version that is being opened is ordered."""
    pid, here = plan.start("reopen_plan", "plan executed")
    assert plan.run("execute_plan") != 0
    here.with_name(f"{here.name}.go").touch()
    assert launcher.wait(pid) == 0
    assert plan.run("execute_plan") != 0, "a draft has no orders"
    assert not plan.orders()
    ledger.note("F19 orders of a plan", 1)
