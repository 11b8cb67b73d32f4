"""What Odoo's gateway classes read while they send, as plain values.

They are written for a request: in the middle of a call they ask the database for a
token. A sender has no transaction open then, so it gives them this instead.
"""

from types import SimpleNamespace


class Parameters:
    """System parameters that were read before."""

    def __init__(self, values):
        self._values = values

    def sudo(self):
        return self

    def get_param(self, key, default=False):
        return self._values.get(key) or default


class Account:
    def __init__(self, account_token):
        self.account_token = account_token

    def sudo(self):
        return self


class PlainEnv:
    """Stands in for an environment; whatever else is asked of it is an error."""

    registry = SimpleNamespace(ready=True)

    def __init__(self, lang, parameters):
        self.lang = lang or "en_US"
        self.context = {"lang": self.lang}
        self._models = {"ir.config_parameter": Parameters(parameters)}

    def __getitem__(self, name):
        return self._models[name]
