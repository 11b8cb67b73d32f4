from . import test_access
from . import test_churn
from . import test_contact
from . import test_engagement
from . import test_history
from . import test_lifetime_value
from . import test_model_card
from . import test_scoring
