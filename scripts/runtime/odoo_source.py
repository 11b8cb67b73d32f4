"""Find an Odoo 19.0: the user's own first, Debian's package unpacked privately else."""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from . import paths
from .report import SetupError, run_logged, say, step

SERIES = "19.0"
# Odoo's static files are links into the packages of these libraries.
UNSTABLE = (
    "odoo-19 libjs-jquery libjs-jquery-form libjs-underscore fonts-montserrat "
    "fonts-roboto-unhinted fonts-ocr-b"
).split()
# Newer versions of these moved their files: they come from the stable suite.
STABLE = ["fonts-font-awesome", "fonts-inconsolata"]
STABLE_SUITE = "bookworm"
# Debian leaves this optional library out, but the web client's bundle names it and
# would report its absence as an error in every page. It blurs video backgrounds.
LEFT_OUT = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@dataclass(frozen=True)
class OdooSource:
    """One usable Odoo tree."""

    python_path: Path
    addons_paths: tuple[Path, ...]
    script: Path | None

    @property
    def odoo_addons(self) -> str:
        return ",".join(str(path) for path in self.addons_paths)


def find() -> OdooSource:
    """Return the Odoo 19.0 to use, unpacking Debian's package when needed."""
    home = os.environ.get("ODOO_HOME")
    if home:
        source = _from_tree(Path(home).expanduser())
        if not source:
            raise SetupError(
                f"ODOO_HOME={home} holds no Odoo {SERIES} (odoo/release.py). "
                "Point it to a 19.0 checkout, or unset it to use Debian's package."
            )
        return source
    return _installed() or _from_debian()


def _from_tree(tree: Path) -> OdooSource | None:
    release = tree / "odoo" / "release.py"
    if not release.is_file() or not _is_series(release):
        return None
    addons = tuple(
        path for path in (tree / "odoo" / "addons", tree / "addons") if path.is_dir()
    )
    scripts = (tree / "odoo-bin", tree.parents[2] / "bin" / "odoo")
    return OdooSource(tree, addons, next(filter(Path.is_file, scripts), None))


def _is_series(release: Path) -> bool:
    found = re.search(r"version_info\s*=\s*\((\d+),\s*(\d+)", release.read_text())
    return bool(found) and ".".join(found.groups()) == SERIES


def _installed() -> OdooSource | None:
    spec = importlib.util.find_spec("odoo")
    for location in (spec.submodule_search_locations or ()) if spec else ():
        source = _from_tree(Path(location).parent)
        if source:
            return source
    return None


def _from_debian() -> OdooSource:
    prefix = paths.RUN / "odoo"
    tree = prefix / "usr" / "lib" / "python3" / "dist-packages"
    if not (prefix / ".complete").is_file():
        with step("Unpacking Debian's Odoo 19 into .run/odoo"):
            _unpack(_debian_packages(), prefix)
    source = _from_tree(tree)
    if not source:
        raise SetupError(
            "Debian's package odoo-19 is not of series 19.0 any more. Set ODOO_HOME "
            "to an Odoo 19.0 checkout and run the command again."
        )
    script = prefix / "usr" / "bin" / "odoo"
    return OdooSource(tree, source.addons_paths, script if script.is_file() else None)


def _unpack(packages: list[Path], prefix: Path) -> None:
    """Unpack into a folder aside, so that a killed run leaves no half tree."""
    aside = prefix.with_name("odoo.unpacking")
    shutil.rmtree(aside, ignore_errors=True)
    shutil.rmtree(prefix, ignore_errors=True)
    aside.mkdir(parents=True)
    for package in packages:
        run_logged(["dpkg", "-x", package, aside], paths.LOGS / "odoo-unpack.log")
    dangling = [
        path for path in aside.rglob("*") if path.is_symlink() and not path.exists()
    ]
    for path in dangling:
        if "/usr/share/doc/" not in str(path):
            say(f"  note: {path.relative_to(aside)} points nowhere")
    _supply_left_out_file(aside)
    (aside / ".complete").touch()
    aside.rename(prefix)


def _supply_left_out_file(prefix: Path) -> None:
    for mail in prefix.glob("usr/lib/python3/dist-packages/**/addons/mail"):
        file = mail.parent / LEFT_OUT
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("// Not part of Debian's package: no background blur.\n")


def _debian_packages() -> list[Path]:
    """Return the package files, from the per-user cache where its hashes hold."""
    folder = paths.CACHE / "debian"
    folder.mkdir(parents=True, exist_ok=True)
    sums = folder / "SHA256SUMS"
    known = _read_sums(sums)
    if known and all(
        (folder / name).is_file() and _sha256(folder / name) == digest
        for name, digest in known.items()
    ):
        return [folder / name for name in known]
    with step("Downloading Odoo 19 from the machine's Debian mirror (about 125 MB)"):
        files = _download(folder)
    sums.write_text("".join(f"{_sha256(file)}  {file.name}\n" for file in files))
    return files


def _read_sums(sums: Path) -> dict[str, str]:
    if not sums.is_file():
        return {}
    pairs = (line.split(maxsplit=1) for line in sums.read_text().splitlines() if line)
    return {name: digest for digest, name in pairs}


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _download(folder: Path) -> list[Path]:
    """Fetch the packages through a private apt configuration."""
    for old in folder.glob("*.deb"):
        old.unlink()
    mirror = _mirror()
    for suite, names in (("unstable", UNSTABLE), (STABLE_SUITE, STABLE)):
        with tempfile.TemporaryDirectory(dir=folder) as private:
            options = _apt_options(Path(private), mirror, suite)
            log = paths.LOGS / "apt.log"
            hint = "Is the Debian mirror of this machine reachable?"
            run_logged(["apt-get", *options, "update"], log, hint=hint)
            run_logged(
                ["apt-get", *options, "download", *names], log, hint=hint, cwd=folder
            )
    return sorted(folder.glob("*.deb"))


def _apt_options(private: Path, mirror: str, suite: str) -> list[str]:
    keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
    (private / "lists" / "partial").mkdir(parents=True)
    (private / "cache" / "archives" / "partial").mkdir(parents=True)
    (private / "sources.list").write_text(
        f"deb [signed-by={keyring}] {mirror} {suite} main\n"
    )
    return [
        f"-oDir::Etc::SourceList={private}/sources.list",
        "-oDir::Etc::SourceParts=/dev/null",
        f"-oDir::State::Lists={private}/lists",
        f"-oDir::Cache={private}/cache",
        "-oAPT::Sandbox::User=root" if os.geteuid() == 0 else "-oDebug::NoLocking=1",
        "-oAcquire::Languages=none",
    ]


def _mirror() -> str:
    """Return the archive address of this machine's own apt configuration."""
    listing = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(SITE) $(RELEASE) $(SUITE)"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    for line in listing.splitlines():
        site = line.split()[0]
        if "debian" in site and "security" not in site:
            return site
    raise SetupError(
        "No Debian mirror is configured for apt on this machine. Add one to "
        "/etc/apt/sources.list, or set ODOO_HOME to an Odoo 19.0 checkout."
    )
