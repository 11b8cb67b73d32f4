from . import marketing_api_key_show
from . import marketing_erasure
