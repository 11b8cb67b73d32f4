"""From the request to the operation and back; nothing here knows an operation."""

import hashlib
import logging
import time

import psycopg2
from werkzeug.exceptions import HTTPException

from odoo.exceptions import RedirectWarning, UserError
from odoo.http import Dispatcher, Response

from . import leaks
from .call import Answer, Call, dump, etag_of
from .operation import ROUTING_TYPE
from .problems import PRIVATE, Problem, as_problem
from .routing import check_method

_logger = logging.getLogger(__name__)


class MarketingApiDispatcher(Dispatcher):
    routing_type = ROUTING_TYPE
    mimetypes = ("application/json",)

    def __init__(self, request):
        super().__init__(request)
        self.started = time.monotonic()
        self.operation = None
        self.key_id = None
        self.counted = False

    @classmethod
    def is_compatible_with(cls, request):
        return True  # a wrong media type is answered by a problem

    def dispatch(self, endpoint, args):
        """Run once, or again from the start after a serialisation failure."""
        self.operation = endpoint.routing["operation"]
        self.request.params = {}
        call = Call(self.request.httprequest, self.operation)
        try:
            self._refuse_leaked_keys()
            check_method(self.request, self.operation)
            self._authenticate(call)
            with call.env.cr.savepoint():
                call.read()
                response = self._replay_or_run(call, endpoint, args)
                call.env.flush_all()
        except (HTTPException, UserError, RedirectWarning) as error:
            # answered here and not by the framework, which would log the message; and
            # the message may name the address that was sent
            response = as_problem(_plain(error)).to_response()
        self._log(self.request.env(user=1), response.status_code)
        return response

    def handle_error(self, exc):
        """Answer what nobody foresaw; the framework logs it with its traceback."""
        problem = as_problem(exc)
        try:
            with self.request.registry.cursor() as cr:
                self._log(self.request.env(cr=cr, user=1), problem.code)
        except psycopg2.Error:  # the database itself may be the problem
            _logger.warning("A failed API request could not be counted.", exc_info=True)
        return problem.to_response()

    # === WHO ===#

    def _refuse_leaked_keys(self):
        """End a key that came in the address: logs on the way have it now.

        Written although the request is refused, and by a GET as well: only the owner
        of a whole key can do this, and to nobody else.
        """
        is_meant, secrets = leaks.find_secrets(self.request.httprequest)
        if not secrets:
            return
        # superuser: keys are readable by administrators only
        env = self.request.env(user=1)
        keys = env["marketing.api.key"]
        if is_meant:
            self._count(env, keys, refused=True)
        leaked = keys._revoke_leaked(secrets)
        if leaked or is_meant:
            env.flush_all()
            self.key_id = leaked[:1].id
            raise leaks.refuse(leaked)

    def _authenticate(self, call):
        # superuser: keys are readable by administrators only
        env = self.request.env(user=1)
        header = self.request.httprequest.headers.get("Authorization", "")
        keys = env["marketing.api.key"]
        call.key = keys._find(header)
        self.key_id = call.key.id
        refused = bool(self.operation.scope) and not call.key
        self._count(env, call.key, refused)
        if refused:
            challenge = {"WWW-Authenticate": 'Bearer realm="marketing"'}
            if header:
                challenge["WWW-Authenticate"] += ', error="invalid_token"'
            raise Problem(401, "Send a valid key as bearer token.", headers=challenge)
        if call.key:
            self.request.update_env(
                user=call.key.user_id.id, context=call.key._get_context()
            )
        else:
            self.request.registry["ir.http"]._auth_method_public()
        call.env = self.request.env
        if self.operation.scope:
            self._check_scope(call.key)

    def _check_scope(self, key):
        scope = self.operation.scope
        if scope not in key.scope_ids.mapped("name"):
            challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
            headers = {"WWW-Authenticate": challenge}
            raise Problem(403, f"The key lacks the scope {scope}.", headers=headers)

    def _count(self, env, key, refused):
        """Take from the allowance of the key and of the client's address, once."""
        if self.counted:
            return
        self.counted = True
        address = self.request.httprequest.remote_addr or ""
        wait = env["marketing.api.limit"]._take(address, key, wrong_key=refused)
        if wait:
            headers = {"Retry-After": str(wait)}
            raise Problem(429, "Too many requests: wait.", headers=headers)

    # === WHAT ===#

    def _replay_or_run(self, call, endpoint, args):
        if not self.operation.idempotent:
            return self._run(call, endpoint, args)
        headers, path = call.httprequest.headers, call.httprequest.path
        name = headers.get("Idempotency-Key", "")
        if not (0 < len(name) <= 128 and name.isascii() and name.isprintable()):
            detail = "Send an Idempotency-Key of 1 to 128 characters."
            raise Problem(400, detail)
        content = b"\n".join(
            (self.operation.method.encode(), path.encode(), call.httprequest.get_data())
        )
        digest = hashlib.sha256(content).hexdigest()
        # superuser: no user may read the stored answers of a key
        answers = call.env["marketing.api.answer"].sudo()
        known = answers._claim(call.key.id, name, digest)
        if known:
            replayed = {**PRIVATE, "Idempotency-Replayed": "true"}
            return Response(
                known[1], known[0], replayed, content_type=self.operation.media_type
            )
        response = self._run(call, endpoint, args)
        text = response.get_data(as_text=True)
        answers._store(call.key.id, name, response.status_code, text)
        return response

    def _run(self, call, endpoint, args):
        self.request.params = {"call": call, **args}
        result = self.request.registry["ir.http"]._dispatch(endpoint)
        answer = result if isinstance(result, Answer) else Answer(result)
        status = answer.status or self.operation.status
        headers = {**PRIVATE, **(answer.headers or {})}
        if self.operation.versioned:
            headers["ETag"] = etag_of(answer.data)
            if headers["ETag"] in call.httprequest.headers.get("If-None-Match", ""):
                return Response(status=304, headers=headers)
        text = answer.data
        if self.operation.media_type == "application/json":
            text = dump(answer.data)
        return Response(text, status, headers, content_type=self.operation.media_type)

    def _log(self, env, status):
        if self.operation:
            env["marketing.api.request"].sudo()._record(
                self.operation,
                status,
                milliseconds=round((time.monotonic() - self.started) * 1000),
                key_id=self.key_id,
            )


def _plain(error):
    return UserError(error.args[0]) if isinstance(error, RedirectWarning) else error
