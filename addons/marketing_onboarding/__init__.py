from . import models
from .hooks import _leave
