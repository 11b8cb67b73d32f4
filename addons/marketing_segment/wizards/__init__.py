from . import segment_import
from . import segment_import_column
from . import segment_member_add
from . import segment_why
