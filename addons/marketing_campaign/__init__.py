from . import controllers, models, wizards
from .hooks import _drop_marks
