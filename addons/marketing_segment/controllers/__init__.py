from . import api_segments
