from . import delivery_provider_sendgrid
