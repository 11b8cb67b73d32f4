def _enqueue_first_fit(env):
    """Learn from the orders that were there before this addon."""
    env["prediction.model"]._cron_fit()
