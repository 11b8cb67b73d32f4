"""What is deployed, read as files: there need be no container engine to check it."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SCRIPTS = [ROOT / "docker" / "start.sh", ROOT / "docker" / "redis.sh"]
SECRET = re.compile(r"password|passwd|secret|token", re.IGNORECASE)
# set by the image's own entrypoint, not by us
FOREIGN = {"POSTGRES_DB"}


def each_service(function):
    return pytest.mark.parametrize("name", SERVICES)(function)


def example(path):
    """Return the variables of an example file."""
    lines = (ROOT / f"{path}.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and line[0] != "#")


@each_service
def test_restarts_and_is_watched(name):
    service = SERVICES[name]
    if name == "init":
        assert service["restart"] == "no"
        return
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
    assert {"interval", "timeout", "retries"} <= set(service["healthcheck"])


@each_service
def test_image_is_pinned(name):
    image = SERVICES[name]["image"]
    tag = image.partition(":")[2]
    assert re.search(r"\d+\.\d+", tag), f"{image} names no version"


def test_base_image_is_of_our_series():
    assert "ARG ODOO_IMAGE=odoo:19.0\n" in DOCKERFILE


@each_service
def test_has_no_rights_it_does_not_need(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["user"] not in ("root", "0", "0:0")


@each_service
def test_only_this_machine_reaches_ports(name):
    for port in SERVICES[name].get("ports", []):
        assert str(port).startswith("127.0.0.1:")
    if name in ("postgres", "redis"):
        assert "ports" not in SERVICES[name]
        assert SERVICES[name]["networks"] == ["inside"]


def test_network_of_the_database_leads_nowhere():
    assert COMPOSE["networks"]["inside"]["internal"] is True


@each_service
def test_names_what_exists(name):
    service = SERVICES[name]
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        known = source in COMPOSE["volumes"] or (ROOT / source).exists()
        assert known, f"{source} is neither a volume nor a file"
    for file in service.get("env_file", []):
        assert file["required"] is True, "a missing file must stop the start"
        assert (ROOT / f"{file['path']}.example").is_file()
    for network in service["networks"]:
        assert network in COMPOSE["networks"]
    for other in service.get("depends_on", {}):
        assert other in SERVICES


def test_every_volume_is_used():
    used = {
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
    }
    assert set(COMPOSE["volumes"]) <= used


def test_database_keeps_what_it_has_committed():
    command = SERVICES["postgres"]["command"]
    for setting in ("fsync=on", "synchronous_commit=on", "full_page_writes=on"):
        assert setting in command


@each_service
def test_no_secret_in_the_compose_file(name):
    for key in SERVICES[name].get("environment", {}):
        assert not SECRET.search(key)


@pytest.mark.parametrize("file", ["odoo.env", "postgres.env", "redis.env"])
def test_examples_hold_no_secret_and_are_the_only_ones_kept(file):
    for key, value in example(f"config/{file}").items():
        assert not SECRET.search(key) or value == "change-me", key
    ignored = ["git", "-C", ROOT, "check-ignore", "-q", f"config/{file}"]
    assert subprocess.run(ignored, check=False).returncode == 0
    assert subprocess.run([*ignored[:-1], f"config/{file}.example"]).returncode == 1


def test_examples_cover_what_the_scripts_need():
    known = {"MARKETING_BROKER_URL"}
    for file in ("odoo", "postgres", "redis"):
        known |= set(example(f"config/{file}.env"))
    for script in SCRIPTS:
        text = script.read_text()
        needed = set(re.findall(r"need(?:_secret)? ([A-Z_ ]+)", text))
        names = {name for group in needed for name in group.split()}
        names |= set(re.findall(r"\$\{?(REDIS_PASSWORD|REDIS_MAXMEMORY)", text))
        assert names <= known, names - known


def test_nothing_in_the_examples_is_unused():
    text = "".join(
        path.read_text()
        for path in [*SCRIPTS, *(ROOT / "docker").glob("*.py"), ROOT / "Dockerfile"]
    )
    for file in ("odoo", "postgres", "redis"):
        for name in set(example(f"config/{file}.env")) - FOREIGN:
            assert re.search(rf"\b{name}\b", text), f"{name} of {file}.env is unused"


@pytest.mark.parametrize("line", re.findall(r"^COPY (.+)$", DOCKERFILE, re.MULTILINE))
def test_dockerfile_copies_what_exists_and_is_not_ignored(line):
    kept = (ROOT / ".dockerignore").read_text().splitlines()
    assert kept[0] == "*"
    for source in line.split()[:-1]:
        assert (ROOT / source).exists()
        assert any(f"!{part}" in kept for part in (source, source.split("/")[0]))


def test_image_does_not_run_as_root():
    users = re.findall(r"^USER (\w+)$", DOCKERFILE, re.MULTILINE)
    assert users == ["root", "odoo"]


def test_image_installs_nothing_unchecked():
    assert "--require-hashes" in DOCKERFILE
    assert len(re.findall(r"\$pip .*-r \S+\.lock", DOCKERFILE)) == 3
    for line in DOCKERFILE.splitlines():
        assert "pip install" not in line or "--require-hashes" in line


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_parse(script):
    subprocess.run(["sh", "-n", script], check=True)


# === LOCK FILES ===#


def blocks(path):
    """Return ``{package: (version, number of hashes)}`` of a lock file."""
    found = {}
    text = (ROOT / path).read_text()
    for block in re.split(r"\n(?=[A-Za-z])", text)[1:]:
        name, version = re.match(r"([\w.-]+)==([^\s;\\]+)", block).groups()
        found[normal(name)] = (version, block.count("--hash=sha256:"))
    return found


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize(
    ("source", "lock"),
    [
        ("requirements.txt", "requirements.lock"),
        ("requirements-ml.txt", "requirements-ml.lock"),
        ("docker/build-tools.txt", "docker/build-tools.lock"),
    ],
)
def test_lock_is_of_these_requirements(source, lock):
    locked = blocks(lock)
    for line in (ROOT / source).read_text().splitlines():
        if line and line[0] != "#":
            name, _equals, version = re.sub(r"\[.*\]", "", line).partition("==")
            assert normal(name) in locked, f"run scripts/lock: {name} is missing"
            assert locked[normal(name)][0] == version, f"run scripts/lock: {name}"
    assert all(hashes for _version, hashes in locked.values())


def test_the_extra_changes_no_version():
    locked, extra = blocks("requirements.lock"), blocks("requirements-ml.lock")
    assert {"lightgbm", "numpy", "scipy"} <= set(extra)
    for name in set(locked) & set(extra):
        assert locked[name] == extra[name], name


@pytest.mark.parametrize(
    "lock", ["requirements.lock", "requirements-ml.lock", "docker/build-tools.lock"]
)
def test_lock_names_no_server(lock):
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert "--index-url" not in text
    assert "--find-links" not in text


# === THE GUIDE ===#

GUIDE = (ROOT / "docs" / "operations.md").read_text()


def test_guide_names_files_that_exist():
    named = set(re.findall(r"\b(?:docker|scripts|config|docs)/[\w./-]+\w", GUIDE))
    assert {"docker/start.sh", "docker/odoo.conf"} <= named
    for path in named:
        assert (ROOT / path).exists(), path


def test_guide_names_parts_that_exist():
    for command in re.findall(r"^docker compose (?:stop|run|exec) (.+)$", GUIDE, re.M):
        assert set(command.split()) & set(SERVICES), command


@pytest.mark.parametrize("name", ["odoo", "postgres", "redis"])
def test_guide_makes_every_secret_file(name):
    assert re.search(rf"for f in [a-z ]*\b{name}\b", GUIDE)
