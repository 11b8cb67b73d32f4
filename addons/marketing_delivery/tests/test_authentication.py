from odoo.tests import BaseCase, tagged

from ..authentication import lookup as lookups
from ..authentication import records, spf
from ..authentication.examine import Question, examine
from ..authentication.explanation import SENTENCES
from ..authentication.finding import OK, PROBLEM, UNKNOWN, WARNING, worst
from ..authentication.lookup import Lookup, LookupFailed, parse_servers
from .dns_peer import DnsPeer

KEY = "v=DKIM1; k=rsa; p=AAAA"
DKIM = "mm1._domainkey.shop.example"


@tagged("post_install", "-at_install")
class TestAuthentication(BaseCase):
    def setUp(self):
        super().setUp()
        self.peer = DnsPeer()
        self.addCleanup(self.peer.stop)

    def _lookup(self):
        return Lookup([("127.0.0.1", self.peer.port)])

    def _publish(self, **texts):
        """``_dmarc__shop="…"`` publishes at _dmarc.shop.example."""
        for name, values in texts.items():
            values = [values] if isinstance(values, str) else values
            name = name.replace("__", ".") + ".example"
            self.peer.records[(name, "TXT")] = values

    def _spf(self, *hosts):
        findings = spf.check(self._lookup(), "shop.example", hosts)
        for finding in findings:
            found, advice = SENTENCES[finding.code]
            self.assertTrue(found._source % finding.values)
            self.assertEqual(bool(advice), finding.level != OK)
        return {finding.code: finding for finding in findings}

    # === SPF ===#

    def test_spf(self):
        for text, code, level in (
            ([], "spf_missing", PROBLEM),
            (["google-site-verification=x"], "spf_missing", PROBLEM),
            ("v=spf1 mx -all", "spf_ok", OK),
            ("V=SPF1 ip4:192.0.2.1 ~all", "spf_ok", OK),
            (["v=spf1 mx -all", "v=spf1 a -all"], "spf_several", PROBLEM),
            ("v=spf1 mx +all", "spf_open", PROBLEM),
            ("v=spf1 mx all", "spf_open", PROBLEM),
            ("v=spf1 mx", "spf_no_end", WARNING),
            ("v=spf1 include:gone.example -all", "spf_include_missing", PROBLEM),
            ("v=spf1 include:shop.example -all", "spf_loop", PROBLEM),
            ("v=spf1 exists:%{i}.x.example include:%{d}.x.example -all", "spf_ok", OK),
            ("v=spf10 mx -all", "spf_missing", PROBLEM),
        ):
            self._publish(shop=text)
            found = self._spf()
            self.assertEqual(
                {c: f.level for c, f in found.items()}, {code: level}, text
            )

    def test_spf_lookups_are_counted_through_includes(self):
        terms = " ".join(f"a:h{n}.example" for n in range(7))
        self._publish(shop=f"v=spf1 include:one.example {terms} -all")
        self._publish(
            one="v=spf1 mx redirect=two.example", two="v=spf1 ip4:192.0.2.1 -all"
        )
        self.assertEqual(self._spf()["spf_ok"].values["lookups"], 10)
        self._publish(two="v=spf1 a -all")
        self.assertIn("spf_too_many", self._spf())

    def test_spf_of_the_relay(self):
        self._publish(shop="v=spf1 mx ~all", sendgrid="v=spf1 -all")
        found = self._spf("smtp.sendgrid.net")["spf_relay_missing"]
        self.assertEqual(
            found.record, ("shop.example", "TXT", "v=spf1 include:sendgrid.net mx ~all")
        )
        self._publish(shop="v=spf1 include:all.example ~all")
        self._publish(all="v=spf1 include:sendgrid.net -all")
        self.peer.records[("sendgrid.net", "TXT")] = ["v=spf1 ip4:192.0.2.0/24 -all"]
        self.assertIn("spf_ok", self._spf("smtp.sendgrid.net"))
        self._publish(shop=[])
        for host, mechanism in (
            ("smtp.sendgrid.net", "include:sendgrid.net"),
            ("email-smtp.eu-west-1.amazonaws.com", "include:amazonses.com"),
            ("notsendgrid.net", "a:notsendgrid.net"),
            ("mail.shop.example", "a:mail.shop.example"),
            ("localhost", "mx"),
            ("192.0.2.1", "mx"),
            ("", "mx"),
        ):
            record = self._spf(host)["spf_missing"].record
            self.assertEqual(record[2], f"v=spf1 {mechanism} ~all")

    # === DKIM ===#

    def _dkim(self, *keys, selectors=()):
        return [
            (finding.code, finding.level)
            for finding in records.check_dkim(
                self._lookup(), "shop.example", keys, selectors
            )
        ]

    def test_dkim(self):
        self.assertEqual(self._dkim(), [("dkim_none", PROBLEM)])
        for text, signing, draft in (
            ([], ("dkim_missing", PROBLEM), ("dkim_missing", WARNING)),
            (KEY, ("dkim_ok", OK), ("dkim_ready", WARNING)),
            ("k=rsa; p=AA AA", ("dkim_ok", OK), ("dkim_ready", WARNING)),
            ("p=BBBB", ("dkim_other", PROBLEM), ("dkim_other", PROBLEM)),
            ("v=DKIM1; p=", ("dkim_revoked", PROBLEM), ("dkim_revoked", PROBLEM)),
            ("v=DKIM1; p=%", ("dkim_broken", PROBLEM), ("dkim_broken", PROBLEM)),
            (
                [KEY, "v=DKIM1; p=BBBB"],
                ("dkim_several", PROBLEM),
                ("dkim_several", PROBLEM),
            ),
        ):
            self._publish(mm1___domainkey__shop=text)
            self.assertEqual(self._dkim(("mm1", KEY, True)), [signing], text)
            self.assertEqual(self._dkim(("mm1", KEY, False)), [draft], text)

    def test_a_long_key_comes_in_pieces(self):
        key = f"v=DKIM1; k=rsa; p={'A' * 392}"
        self._publish(mm1___domainkey__shop=key)
        self.assertEqual(self._dkim(("mm1", key, True)), [("dkim_ok", OK)])

    def test_selectors_of_the_mail_server(self):
        self._publish(s1___domainkey__shop="v=DKIM1; p=CCCC")
        found = self._dkim(selectors=("s1", "s2"))
        self.assertEqual(
            found, [("dkim_server_ok", OK), ("dkim_server_missing", PROBLEM)]
        )

    # === DMARC, ALIGNMENT, MX ===#

    def test_dmarc(self):
        for text, codes in (
            ([], ["dmarc_missing"]),
            ("v=DMARC1; p=reject; rua=mailto:d@shop.example", ["dmarc_ok"]),
            ("v=DMARC1; p=quarantine", ["dmarc_no_reports"]),
            ("v=DMARC1;p=none;rua=mailto:d@shop.example", ["dmarc_none"]),
            ("v=DMARC1; p=none", ["dmarc_no_reports", "dmarc_none"]),
            ("v=DMARC1; p=maybe", ["dmarc_broken"]),
            ("v=DMARC1; rua=mailto:d@shop.example", ["dmarc_broken"]),
            (["v=DMARC1; p=none", "v=DMARC1; p=reject"], ["dmarc_several"]),
        ):
            self._publish(_dmarc__shop=text)
            found = records.check_dmarc(self._lookup(), "shop.example")
            self.assertEqual([f.code for f in found], codes, text)

    def test_dmarc_of_a_subdomain(self):
        self._publish(
            _dmarc__shop="v=DMARC1; p=reject; sp=none; rua=mailto:d@x.example"
        )
        [found] = records.check_dmarc(self._lookup(), "news.eu.shop.example")
        self.assertEqual(found.values, {"domain": "shop.example", "policy": "none"})
        [found] = records.check_dmarc(self._lookup(), "shop.example")
        self.assertEqual(found.values["policy"], "reject")

    def test_alignment(self):
        for envelope, signs, policy, code in (
            ("shop.example", True, "", "alignment_both"),
            ("bounce.shop.example", True, "", "alignment_both"),
            ("bounce.shop.example", True, "; aspf=s", "alignment_dkim"),
            ("mailer.example", True, "", "alignment_dkim"),
            ("shop.example", False, "", "alignment_spf"),
            ("bounce.shop.example", False, "; aspf=s", "alignment_none"),
            ("mailer.example", False, "", "alignment_none"),
            ("notshop.example", False, "", "alignment_none"),
        ):
            self._publish(_dmarc__shop=f"v=DMARC1; p=none{policy}")
            [found] = records.check_alignment(
                self._lookup(), "shop.example", envelope, signs=signs, has_spf=True
            )
            self.assertEqual(found.code, code, (envelope, signs, policy))
        for signs, code in ((True, "alignment_dkim"), (False, "alignment_none")):
            [found] = records.check_alignment(
                self._lookup(),
                "shop.example",
                "shop.example",
                signs=signs,
                has_spf=False,
            )
            self.assertEqual(found.code, code)

    def test_relaxed_alignment_is_by_the_registered_domain(self):
        for domain, other, is_one in (
            ("news.shop.co.uk", "bounce.shop.co.uk", True),
            ("shop.co.uk", "bounce.mail.shop.co.uk", True),
            ("shop.co.uk", "other.co.uk", False),
            ("shop.co.uk", "co.uk", False),
            ("a.github.io", "b.github.io", False),
            ("a.shop.example", "b.shop.example", True),
            ("a.example", "b.example", False),
            ("Shop.Example.", "a.shop.example", True),
            ("localhost", "x.localhost", False),
            ("xn--bcher-kva.example", "a.xn--bcher-kva.example", True),
        ):
            for one, two in ((domain, other), (other, domain)):
                found = records.is_aligned(one, two, strict=False)
                self.assertEqual(found, is_one, (one, two))
                self.assertFalse(records.is_aligned(one, two, strict=True))

    def test_a_policy_of_everybody_is_nobody_s(self):
        """What stands at a public suffix is not asked for."""
        records.check_dmarc(self._lookup(), "news.shop.co.uk")
        self.assertEqual(
            [name for name, _type in self.peer.asked],
            ["_dmarc.news.shop.co.uk", "_dmarc.shop.co.uk"],
        )

    def test_mx(self):
        shop = ("shop.example", "MX")
        for exchangers, address, code in (
            (["10 mx.shop.example."], True, "mx_ok"),
            (["10 mx.shop.example."], False, "mx_unreachable"),
            (["0 ."], True, "mx_refused"),
            ([], False, "mx_missing"),
        ):
            self.peer.records = {shop: exchangers}
            if address:
                self.peer.records[("mx.shop.example", "AAAA")] = ["2001:db8::1"]
            [found] = records.check_mx(self._lookup(), "shop.example")
            self.assertEqual(found.code, code)
        self.peer.records = {("shop.example", "A"): ["192.0.2.1"]}
        [found] = records.check_mx(self._lookup(), "shop.example")
        self.assertEqual(found.code, "mx_implicit")

    # === ALL TOGETHER ===#

    def test_every_finding_has_words(self):
        question = Question("shop.example", ("mail.shop.example",))
        question = question._replace(servers=(("127.0.0.1", self.peer.port),))
        for finding in examine(question):
            found, advice = SENTENCES[finding.code]
            self.assertTrue(found._source % finding.values)
            self.assertTrue(advice._source % finding.values)
            self.assertEqual(finding.level, PROBLEM, finding)

    def test_no_answer_is_no_news(self):
        self.patch(lookups, "ANSWER_SECONDS", 0.05)
        self.patch(lookups, "QUESTION_SECONDS", 0.1)
        servers = (("127.0.0.1", self.peer.port),)
        for fault in ("servfail", "refused", "silent"):
            for name in ("shop.example", "_dmarc.shop.example", DKIM):
                self.peer.faults[name] = fault
            findings = examine(
                Question("shop.example", keys=(("mm1", KEY, True),), servers=servers)
            )
            self.assertEqual({f.level for f in findings}, {UNKNOWN}, fault)
            self.assertEqual(worst(findings), UNKNOWN)

    def test_the_time_is_limited(self):
        self.patch(lookups, "TOTAL_SECONDS", -1)
        with self.assertRaisesRegex(LookupFailed, "too long"):
            self._lookup().get_texts("shop.example")
        self.assertFalse(self.peer.asked)

    def test_each_question_is_asked_once(self):
        lookup = self._lookup()
        for _time in range(3):
            self.assertEqual(lookup.get_texts("Shop.example."), [])
        self.assertEqual(self.peer.asked, [("shop.example", "TXT")])

    def test_names_that_cannot_exist(self):
        for name in ("a..b", "x" * 64 + ".example", ".".join(["x" * 60] * 5), ".."):
            self.assertEqual(self._lookup().get_texts(name), [], name)

    def test_servers(self):
        for text, wanted in (
            ("", []),
            (None, []),
            ("192.0.2.1", [("192.0.2.1", 53)]),
            ("192.0.2.1:5353, 192.0.2.2", [("192.0.2.1", 5353), ("192.0.2.2", 53)]),
            ("2001:db8::1", [("2001:db8::1", 53)]),
            ("[2001:db8::1]", [("2001:db8::1", 53)]),
        ):
            self.assertEqual(parse_servers(text), wanted)
