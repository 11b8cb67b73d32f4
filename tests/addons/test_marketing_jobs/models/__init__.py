from . import test_marketing_effect
