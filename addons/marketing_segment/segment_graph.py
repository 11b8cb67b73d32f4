"""Which segments a segment depends on, as a graph of ids."""

MAX_INCLUDED = 60


def find_cycle(edges, start):
    """Return the ids from `start` back to itself, the first one twice; None without.

    :param edges: {id: ids that it refers to}
    """
    path, seen = [start], set()

    def walk(node):
        for following in edges.get(node, ()):
            if following == start:
                return True
            if following not in seen:
                seen.add(following)
                path.append(following)
                if walk(following):
                    return True
                path.pop()
        return False

    return [*path, start] if walk(start) else None


def count_included(edges, start):
    """Return how many segments the SQL of `start` spells out, or `MAX_INCLUDED` + 1.

    One that is referred to in two ways counts twice.
    """
    known = {}

    def count(node):
        if node not in known:
            known[node] = 0  # a loop elsewhere ends here
            total = sum(1 + count(following) for following in edges.get(node, ()))
            known[node] = min(total, MAX_INCLUDED + 1)
        return known[node]

    return count(start)
