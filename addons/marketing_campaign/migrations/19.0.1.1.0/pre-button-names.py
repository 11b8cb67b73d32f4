def migrate(cr, _version):
    """Rename a button in the stored view: its parent is checked with it, before it."""
    cr.execute(
        """
        UPDATE ir_ui_view
           SET arch_db = replace(arch_db::text, 'action_open_recipients',
                                 'action_view_recipients')::jsonb
         WHERE model = 'email.campaign'
           AND arch_db::text LIKE '%action\\_open\\_recipients%'
        """
    )
