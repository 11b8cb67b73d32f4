from . import segment_member_add
