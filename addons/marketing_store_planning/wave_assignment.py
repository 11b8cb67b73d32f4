"""Which line of a plan goes into which wave: plain values in, plain values out."""

from typing import NamedTuple


class Load(NamedTuple):
    """What has to go somewhere: one line, or all lines of a region together."""

    keys: tuple  # of the lines
    pieces: int
    cost: float
    same: frozenset  # what must not meet itself in a wave: (store, creative)


class Room(NamedTuple):
    """A wave with what is in it already; a limit of 0 is none."""

    key: int
    capacity: int
    budget: float
    pieces: int
    cost: float
    same: frozenset


def assign(loads, rooms, *, in_order):
    """Return {key of a line: key of its wave}; what fits nowhere is left out.

    :param in_order: fill the first wave up to its share before the next one; else put
        the largest load into the wave that is least full, which balances them
    """
    rooms = {room.key: room for room in rooms}
    if not rooms:
        return {}
    found = {}
    if in_order:
        total = sum(load.pieces for load in loads)
        total += sum(room.pieces for room in rooms.values())
        shares = dict(_share(rooms.values(), total))
    else:
        loads = sorted(loads, key=lambda load: (-load.pieces, load.keys))
    for load in loads:
        fitting = [room for room in rooms.values() if _fits(room, load)]
        if not fitting:
            continue
        if in_order:
            open_ = [room for room in fitting if room.pieces < shares[room.key]]
            room = (open_ or fitting[-1:])[0]
        else:
            room = min(fitting, key=_fullness)
        rooms[room.key] = room._replace(
            pieces=room.pieces + load.pieces,
            cost=room.cost + load.cost,
            same=room.same | load.same,
        )
        found.update(dict.fromkeys(load.keys, room.key))
    return found


def _share(rooms, total):
    """Yield the pieces that each wave shall have: by capacity where all say one."""
    rooms = list(rooms)
    if all(room.capacity for room in rooms):
        capacity = sum(room.capacity for room in rooms)
        for room in rooms:
            # full when all of it is needed, in proportion otherwise
            yield room.key, min(room.capacity, total * room.capacity / capacity)
    else:
        for room in rooms:
            yield room.key, min(total / len(rooms), room.capacity or total)


def _fits(room, load):
    return (
        (not room.capacity or room.pieces + load.pieces <= room.capacity)
        and (not room.budget or room.cost + load.cost <= room.budget + 1e-6)
        and not room.same & load.same
    )


def _fullness(room):
    return room.pieces / room.capacity if room.capacity else room.pieces
