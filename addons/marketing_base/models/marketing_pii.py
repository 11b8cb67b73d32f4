"""Who may see whom we write to.

A field that names a person or an address carries ``groups=PII``: Odoo then refuses it
to everybody else in each way of reading (read, search, order, group, export), and takes
it off the views. Analysts get the masked twin of the field instead.
"""

PII = "marketing_base.group_user,marketing_base.group_compliance"
