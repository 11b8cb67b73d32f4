from . import marketing_installation_confirm
