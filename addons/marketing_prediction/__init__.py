from . import models
from .hooks import _enqueue_first_fit
