"""The addons' tests are dealt out to processes: all of them, once, about evenly."""

import pytest

from runtime import addon_tests, paths


@pytest.fixture
def addons(tmp_path):
    for addon, names in {"one": ("a", "b"), "two": ("a", "deep/c")}.items():
        for name in names:
            file = tmp_path / addon / "tests" / f"{name.replace('/', '/test_')}.py"
            file = file.with_name(f"test_{file.name.removeprefix('test_')}")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("x" * 100)
    (tmp_path / "one" / "tests" / "common.py").write_text("no tests")
    (tmp_path / "one" / "test_elsewhere.py").write_text("no tests")
    return tmp_path


def test_every_file_of_tests_is_found(addons):
    found = [file.removeprefix(f"{addons}/") for file in addon_tests.find_files(addons)]
    assert found == [
        "one/tests/test_a.py",
        "one/tests/test_b.py",
        "two/tests/deep/test_c.py",
        "two/tests/test_a.py",
    ]


def test_a_tour_weighs_more(addons):
    tour = addons / "one" / "tests" / "test_a.py"
    tour.write_text('self.start_tour("/odoo", "x")\n' * 2)
    weights = addon_tests.find_files(addons)
    assert weights[str(tour)] > 2 * addon_tests.TOUR


@pytest.mark.parametrize("number", [1, 2, 3])
def test_each_file_is_dealt_out_once_and_evenly(number):
    weights = {f"f{size}": size for size in range(1, 40)}
    shards = addon_tests.share(weights, number)
    assert sorted(file for files in shards for file in files) == sorted(weights)
    loads = [sum(weights[file] for file in files) for files in shards]
    assert len(loads) == number
    assert max(loads) - min(loads) <= max(weights.values())
    assert shards == addon_tests.share(dict(reversed(weights.items())), number)


def test_the_real_ones_are_about_even():
    weights = addon_tests.find_files(paths.ADDONS)
    assert len(weights) > 200
    loads = [
        sum(weights[file] for file in files) for files in addon_tests.share(weights, 2)
    ]
    assert max(loads) < 1.05 * min(loads)


def test_a_failure_of_any_process_is_one(monkeypatch, tmp_path, capfd):
    """The commands are replaced; what is judged is what becomes of their answers."""
    codes = {"good": 0, "bad": 1}
    monkeypatch.setattr(addon_tests, "find_files", lambda folder: {"a": 1, "b": 1})
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setenv("PYTHONPATH", "")
    for first in codes:
        for second in codes:
            kinds = {1: first, 2: second}

            def prepare(_template, name, number, _result, kinds=kinds):
                code = (
                    f"print('this is {name}'); raise SystemExit({codes[kinds[number]]})"
                )
                return ["python3", "-c", code, "--odoo-config=x"]

            monkeypatch.setattr(addon_tests, "_prepare", prepare)
            is_good = addon_tests.run("template", tmp_path, [])
            assert is_good == (first == second == "good")
    printed = capfd.readouterr().out
    assert printed.count("this is addons-1") == printed.count("this is addons-2") == 4


def test_each_process_has_ports_of_its_own(monkeypatch, tmp_path):
    conf = tmp_path / "odoo.conf"
    conf.write_text("[options]\nhttp_port = 8069\ngevent_port = 8072\ndb_host = x\n")
    monkeypatch.setattr(paths, "RUN", tmp_path)
    monkeypatch.setattr(paths, "ODOO_CONF", conf)
    texts = [
        addon_tests._write_configuration(f"addons-{n}").read_text() for n in (1, 2)
    ]
    ports = [line for text in texts for line in text.splitlines() if "_port" in line]
    assert len(set(ports)) == 4
    assert not {"http_port = 8069", "gevent_port = 8072"} & set(ports)
    assert all("db_host = x" in text for text in texts)
