from . import test_store_coupons
