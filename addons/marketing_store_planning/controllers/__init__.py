from . import addresses
from . import api_plans
