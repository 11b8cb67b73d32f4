from . import marketing_erasure
