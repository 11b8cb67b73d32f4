from . import api_predictions
