"""Celery settings of this installation.

They override the defaults of ``addons/marketing_queue/worker.py``, which explains each
of them. Workers and Odoo read this file when MARKETING_CELERY_CONFIG names it.
"""

# A process that has grown beyond this (kB) is replaced after its job.
worker_max_memory_per_child = 1_000_000
