from . import controllers, models, wizards
from .hooks import _drop_dirty_marks, _enqueue_first_refresh
