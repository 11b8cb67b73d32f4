def _leave(env):
    """The gate that stops made-up addresses leaves with the addon: so do they.

    And the app opens with its first menu again.
    """
    env["marketing.sample"]._remove_everywhere()
    env.ref("marketing_base.menu_root").action = False
