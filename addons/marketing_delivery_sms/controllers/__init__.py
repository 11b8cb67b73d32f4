from . import short_link
from . import sms_status
