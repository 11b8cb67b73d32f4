from . import delivery_provider
from . import marketing_twilio_message
