from . import api_profiles
from . import api_segment_members
from . import api_segments
