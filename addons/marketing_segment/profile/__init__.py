"""The rooms of the statement that computes profiles, one SQL `WITH` part each.

Every room ends in one row a customer. Rooms are joined by FULL JOIN in `facts`: it is
done by hashing or merging only, so no guess of a room's size makes it quadratic.
"""
