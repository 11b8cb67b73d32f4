from unittest.mock import patch

from odoo.api import Environment
from odoo.tests import new_test_user, tagged

from .api_common import ApiCase

EVENTS = "/api/v1/events"


@tagged("post_install", "-at_install")
class TestApiLeaks(ApiCase):
    """A key in an address is in somebody's log: it ends at once."""

    def last_entry(self):
        return self.env["marketing.audit.log"].search([], limit=1)

    def leak(self, path, **options):
        answer = self.call("GET", path, **options)
        self.env.invalidate_all()
        return answer

    def assertRevoked(self, key, answer, token):
        self.assertProblem(answer, 400, "is revoked")
        self.assertIn("invalid_request", answer.headers["WWW-Authenticate"])
        self.assertNotIn(token[4:], answer.text)
        self.assertEqual((key.state, key.is_leaked), ("revoked", True))
        self.assertFalse(self.env["marketing.api.key"]._find(f"Bearer {token}"))

    def test_wherever_it_stands_in_the_address(self):
        for path in (
            "/api/v1/events?access_token={}",
            "/api/v1/events?limit=5&key={}&cursor=x",
            "/api/v1/events?{}",
            "/api/v1/events?token=Bearer%20{}",
            "/api/v1/nothing/{}",
            "/api/v1/openapi.json?api_key={}",
            "/marketing/metrics?key={}",
        ):
            key, token = self.make_key()
            with self.subTest(path=path):
                self.assertRevoked(key, self.leak(path.format(token)), token)

    def test_however_it_is_written(self):
        for write in (
            str.upper,
            lambda token: token[4:],
            lambda token: "".join(f"%{ord(letter):02x}" for letter in token),
        ):
            key, token = self.make_key()
            answer = self.leak(f"{EVENTS}?key={write(token)}")
            self.assertRevoked(key, answer, token)

    def test_a_good_key_in_the_header_does_not_excuse_it(self):
        key, token = self.make_key()
        other, good = self.make_key()
        answer = self.leak(f"{EVENTS}?key={token}", token=good)
        self.assertRevoked(key, answer, token)
        self.assertEqual(other.state, "active")
        self.assertRevoked(other, self.leak(f"{EVENTS}?key={good}", token=good), good)

    def test_with_another_method(self):
        key, token = self.make_key()
        answer = self.call("DELETE", f"{EVENTS}?key={token}")
        self.env.invalidate_all()
        self.assertRevoked(key, answer, token)

    def test_the_log_says_what_happened_and_not_the_key(self):
        key, token = self.make_key()
        self.leak(f"{EVENTS}?key={token}")
        entry = self.last_entry()
        self.assertEqual(entry.event, "api_key_revoked")
        self.assertEqual((entry.res_model, entry.res_id), (key._name, key.id))
        self.assertEqual(entry.company_id, self.company_a)
        self.assertEqual(entry.changes["is_leaked"], [False, True])
        self.env.cr.execute(
            """SELECT string_agg(l::text, '') FROM marketing_audit_log l
                WHERE res_model = %s AND res_id = %s""",
            [key._name, key.id],
        )
        self.assertNotIn(token[12:], self.env.cr.fetchone()[0])
        self.env.cr.execute(
            """SELECT status, outcome FROM marketing_api_request
                WHERE key_id = %s ORDER BY id DESC LIMIT 1""",
            [key.id],
        )
        self.assertEqual(self.env.cr.fetchone(), (400, "refused"))

    def test_archived_and_expired_keys_end_too(self):
        for values in ({"active": False}, {"expires_at": "2020-01-01"}):
            key, token = self.make_key()
            key.write(values)
            self.assertRevoked(key, self.leak(f"{EVENTS}?key={token}"), token)

    def test_nobody_revokes_what_they_do_not_have(self):
        key, token = self.make_key()
        almost = token[:-1] + ("0" if token[-1] != "0" else "1")
        answer = self.leak(f"{EVENTS}?key={almost}")
        self.assertProblem(answer, 400, "in the header")
        self.assertNotIn("revoked", answer.text)
        for given in (token[:12], token[4:-1], key.prefix):
            self.assertProblem(self.leak(f"{EVENTS}?key={given}"), 401)
        self.assertEqual((key.state, key.is_leaked), ("active", False))

    def test_guessing_in_the_address_is_counted(self):
        self.env["ir.config_parameter"].set_param(
            "marketing_base.api_address_limit", "60"
        )
        for number in range(3):
            self.assertProblem(self.leak(f"{EVENTS}?key=mmk_{number:064}"), 400)
        self.assertProblem(self.leak(f"{EVENTS}?key=mmk_{9:064}"), 429)

    def test_administrators_of_the_company_get_one_to_do(self):
        administrator = self.users["administrator"]
        elsewhere = self.new_user("administrator", self.company_b)
        gone = new_test_user(
            self.env,
            "mmb_gone",
            "marketing_base.group_administrator",
            company_id=self.company_a.id,
            company_ids=[(6, 0, self.company_a.ids)],
        )
        gone.active = False
        key, token = self.make_key()
        self.leak(f"{EVENTS}?key={token}")
        self.leak(f"{EVENTS}?key={token}")
        self.assertEqual(key.activity_ids.user_id, administrator)
        self.assertNotIn(elsewhere, key.activity_ids.user_id)
        to_do = key.activity_ids.with_user(administrator)
        self.assertEqual(len(to_do), 1)
        self.assertIn(key.name, to_do.summary)
        self.assertIn("header", str(to_do.note))
        self.assertNotIn(token[12:], to_do.summary + str(to_do.note))

    def test_a_to_do_is_in_the_language_of_its_reader(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.users["administrator"].lang = "fr_FR"
        key, _token = self.make_key()
        said = {}

        def translate(env, source, **values):
            said[env.lang] = source % values
            return said[env.lang]

        with patch.object(Environment, "_", translate):
            key._alert_administrators()
        self.assertEqual(list(said), ["fr_FR"])

    def test_a_new_key_settles_the_to_do(self):
        key, token = self.make_key()
        self.leak(f"{EVENTS}?key={token}")
        self.assertTrue(key.activity_ids)
        token = key.with_user(self.users["administrator"])._draw()
        self.assertFalse(key.activity_ids)
        self.leak(f"{EVENTS}?key={token}")
        self.assertEqual(len(key.activity_ids), 1, "it happened again")

    def test_a_new_key_starts_clean(self):
        key, token = self.make_key()
        self.leak(f"{EVENTS}?key={token}")
        token = key._draw()
        self.assertEqual((key.state, key.is_leaked), ("active", False))
        self.assertEqual(self.call("GET", EVENTS, token=token).status_code, 200)

    def test_the_short_list_of_what_a_key_may(self):
        scopes = ["read:events", "read:consents", "write:consents"]
        key, _token = self.make_key(scopes=scopes)
        self.assertEqual(key.scope_summary, "Read: consents, events\nWrite: consents")
