from . import test_access
from . import test_enqueue
from . import test_execution
from . import test_publish
from . import test_pump
from . import test_run_pending
from . import test_sweep
