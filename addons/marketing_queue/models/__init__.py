from . import marketing_job
from . import marketing_job_enqueue
from . import marketing_job_execution
from . import marketing_job_sweep
