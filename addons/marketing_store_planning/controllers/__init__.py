from . import addresses
