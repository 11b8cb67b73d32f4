from . import (
    test_first_steps,
    test_first_steps_tour,
    test_sample_addresses,
    test_sample_load,
    test_sample_removal,
    test_sample_shop,
)
