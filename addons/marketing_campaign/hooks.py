def _drop_marks(env):
    """Odoo knows neither triggers nor their tables: left behind, each order fills one.

    What hangs on our own tables goes with them.
    """
    env["marketing.attribution"]._drop_triggers()
    env["campaign.daily.stats"]._drop_marks()
