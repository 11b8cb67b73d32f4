from . import email_campaign
