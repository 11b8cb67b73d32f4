"""Undo the compression of a body that came in, but not of a bomb."""

import zlib

MAX_UNPACKED = 20 * 1024 * 1024


class UnpackProblem(ValueError):
    """What came is not what its header says, or far too much."""


def unpack(body, encoding):
    """Return the bytes behind a ``Content-Encoding``."""
    if not encoding or encoding.strip().lower() == "identity":
        return body
    if encoding.strip().lower() != "gzip":
        raise UnpackProblem("this compression is not known")
    stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        data = stream.decompress(body, MAX_UNPACKED)
    except zlib.error as error:
        raise UnpackProblem("it is not gzip") from error
    if stream.unconsumed_tail or not stream.eof:
        raise UnpackProblem("it is too large, or not whole")
    return data
