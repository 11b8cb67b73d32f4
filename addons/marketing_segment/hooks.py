def _enqueue_first_refresh(env):
    """Build the profiles of the orders that were there before this addon."""
    env["customer.profile"]._cron_refresh_full()


def _drop_dirty_marks(env):
    """Without its table a left trigger would refuse every order."""
    env["customer.profile.dirty"]._drop_triggers()
