"""Secrets of other services, sealed before they reach the database.

So a dump, a replica or a backup of the database alone holds none of them. The key comes
from ``MARKETING_SECRET_KEY`` (several, separated by commas: the first seals, all open),
else from a file in ``data_dir`` that is made when it is first needed. A database that
was restored where neither is the same can do everything but use these secrets.
"""

import base64
import contextlib
import os
import secrets
import tempfile
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from odoo import fields
from odoo.tools import SQL, config

PREFIX = "sealed1:"
VARIABLE = "MARKETING_SECRET_KEY"
MIN_LENGTH = 32


class SealProblem(ValueError):
    """The secret of the installation is of no use; the text says what to do."""


class Lost(str):
    """An empty text in place of a secret that cannot be opened here."""

    __slots__ = ()


def _get_path():
    return Path(config["data_dir"], "marketing_secret")


def _read_file(*, create):
    path = _get_path()
    if create and not path.exists():
        _create_file(path)
    with contextlib.suppress(FileNotFoundError):
        return path.read_text().strip()
    return None


def _create_file(path):
    """Whole or not at all; of two that make it at once one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(dir=path.parent)  # readable by us only
    with open(handle, "w") as stream:
        stream.write(secrets.token_urlsafe(48))
    with contextlib.suppress(FileExistsError):
        os.link(aside, path)
    os.unlink(aside)


def _get_secrets():
    """Return the secrets of this installation, the one that seals first."""
    given = [part.strip() for part in os.environ.get(VARIABLE, "").split(",")]
    given = [part for part in given if part]
    if any(len(part) < MIN_LENGTH for part in given):
        raise SealProblem(
            f"{VARIABLE} is too short: give it {MIN_LENGTH} characters or more"
        )
    kept = _read_file(create=not given)
    return tuple([*given, kept] if kept else given)


@lru_cache(maxsize=4)
def _get_box(known):
    return MultiFernet([Fernet(_derive(secret)) for secret in known])


def _derive(secret):
    kdf = HKDF(hashes.SHA256(), length=32, salt=None, info=b"marketing sealed values")
    return base64.urlsafe_b64encode(kdf.derive(secret.encode()))


def is_sealed(text):
    return text.startswith(PREFIX)


def seal(text):
    """Return the text sealed; one that is sealed already stays as it is."""
    if not text or is_sealed(text):
        return text
    return PREFIX + _get_box(_get_secrets()).encrypt(text.encode()).decode()


def unseal(text):
    """Return what was sealed, :class:`Lost` when it cannot be opened here."""
    if not text or not is_sealed(text):
        return text  # written before there were seals, or by hand
    token = text.removeprefix(PREFIX).encode()
    try:
        return _get_box(_get_secrets()).decrypt(token).decode()
    except (InvalidToken, SealProblem):
        return Lost()


def seal_column(cr, table, column):
    """Seal what stands open in a column; return how many values."""
    name = SQL.identifier(column)
    cr.execute(
        SQL(
            "SELECT id, %s FROM %s WHERE %s <> '' AND NOT starts_with(%s, %s)",
            name,
            SQL.identifier(table),
            name,
            name,
            PREFIX,
        )
    )
    rows = cr.fetchall()
    for row_id, text in rows:
        cr.execute(
            SQL(
                "UPDATE %s SET %s = %s WHERE id = %s",
                SQL.identifier(table),
                name,
                seal(text),
                row_id,
            )
        )
    return len(rows)


class _Sealed:
    """Sealed in the database and in Odoo's cache, open when a record is asked."""

    def convert_to_cache(self, value, record, validate=True):
        return seal(super().convert_to_cache(value, record, validate))

    def convert_to_record(self, value, record):
        return unseal(super().convert_to_record(value, record))


class SealedChar(_Sealed, fields.Char):
    pass


class SealedText(_Sealed, fields.Text):
    pass
