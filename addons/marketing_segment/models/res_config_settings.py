from odoo import fields, models


def _of_company(field_type, name):
    return field_type(related=f"company_id.{name}", readonly=False)


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    marketing_rfm_method = _of_company(fields.Selection, "marketing_rfm_method")
    marketing_history_months = _of_company(fields.Integer, "marketing_history_months")
    marketing_rfm_recency_5 = _of_company(fields.Integer, "marketing_rfm_recency_5")
    marketing_rfm_recency_4 = _of_company(fields.Integer, "marketing_rfm_recency_4")
    marketing_rfm_recency_3 = _of_company(fields.Integer, "marketing_rfm_recency_3")
    marketing_rfm_recency_2 = _of_company(fields.Integer, "marketing_rfm_recency_2")
    marketing_rfm_frequency_5 = _of_company(fields.Integer, "marketing_rfm_frequency_5")
    marketing_rfm_frequency_4 = _of_company(fields.Integer, "marketing_rfm_frequency_4")
    marketing_rfm_frequency_3 = _of_company(fields.Integer, "marketing_rfm_frequency_3")
    marketing_rfm_frequency_2 = _of_company(fields.Integer, "marketing_rfm_frequency_2")
    marketing_rfm_monetary_5 = _of_company(fields.Monetary, "marketing_rfm_monetary_5")
    marketing_rfm_monetary_4 = _of_company(fields.Monetary, "marketing_rfm_monetary_4")
    marketing_rfm_monetary_3 = _of_company(fields.Monetary, "marketing_rfm_monetary_3")
    marketing_rfm_monetary_2 = _of_company(fields.Monetary, "marketing_rfm_monetary_2")
