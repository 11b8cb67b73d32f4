"""What each finding means and what to do about it, in words of people."""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

# code -> (what was found, what to do; None when nothing has to be done)
SENTENCES = {
    "no_answer": (
        _lt("DNS gave no answer: %(error)s."),
        _lt("Nothing is known, good or bad. Try again later."),
    ),
    "spf_ok": (
        _lt("The SPF record is sound and needs %(lookups)s of %(limit)s lookups."),
        None,
    ),
    "spf_missing": (
        _lt("There is no SPF record, so nobody knows which servers may send."),
        _lt(
            "Publish this record. Add what else sends with this domain, such as"
            " your office mail."
        ),
    ),
    "spf_several": (
        _lt("%(domain)s has more than one SPF record; receivers then ignore all."),
        _lt("Put them together into one record and delete the others."),
    ),
    "spf_too_many": (
        _lt("The SPF record needs more than %(limit)s lookups; receivers give up."),
        _lt("Take out services that no longer send, or replace names by addresses."),
    ),
    "spf_loop": (
        _lt("The SPF record leads back to %(domain)s without an end."),
        _lt("Take one of the includes out."),
    ),
    "spf_include_missing": (
        _lt("The SPF record includes %(domain)s, which has no SPF record."),
        _lt("Correct the name or take it out; receivers count this as an error."),
    ),
    "spf_open": (
        _lt("The SPF record allows the whole world to send with this domain (+all)."),
        _lt("Replace the record by this one."),
    ),
    "spf_no_end": (
        _lt("The SPF record does not say what holds for all other servers."),
        _lt("Replace the record by this one."),
    ),
    "spf_void": (
        _lt("The SPF record names several domains that do not exist."),
        _lt("Correct these names or take them out."),
    ),
    "spf_relay_missing": (
        _lt("The SPF record does not allow the mail service in use (%(missing)s)."),
        _lt("Replace the record by this one."),
    ),
    "dkim_ok": (
        _lt("The key %(selector)s is published, and messages are signed with it."),
        None,
    ),
    "dkim_ready": (
        _lt("The key %(selector)s is published but does not sign yet."),
        _lt("Open the key and start signing."),
    ),
    "dkim_none": (
        _lt("No key signs for %(domain)s, as far as is known here."),
        _lt(
            "Make a DKIM key. If your mail server signs by itself, enter its selector"
            " below instead: it is the s= of a DKIM-Signature in any message received."
        ),
    ),
    "dkim_missing": (
        _lt("The key %(selector)s is not published."),
        _lt("Publish this record."),
    ),
    "dkim_other": (
        _lt("Another key is published at %(name)s, so our signatures are wrong."),
        _lt("Replace the record by this one."),
    ),
    "dkim_several": (
        _lt("There is more than one record at %(name)s."),
        _lt("Keep this one and delete the others."),
    ),
    "dkim_revoked": (
        _lt("The key at %(name)s is withdrawn (an empty p=)."),
        _lt("Replace the record by this one."),
    ),
    "dkim_broken": (
        _lt("The record at %(name)s cannot be read."),
        _lt("Replace the record by this one, in one line."),
    ),
    "dkim_server_ok": (
        _lt("The mail server's key %(selector)s is published."),
        None,
    ),
    "dkim_server_missing": (
        _lt("There is no record for the selector %(selector)s."),
        _lt("Ask who runs the mail server for its record and publish it."),
    ),
    "dkim_server_revoked": (
        _lt("The key of the selector %(selector)s is withdrawn."),
        _lt("Ask who runs the mail server for its new selector."),
    ),
    "dkim_server_broken": (
        _lt("The record of the selector %(selector)s cannot be read."),
        _lt("Publish the mail server's record again, in one line."),
    ),
    "dkim_server_several": (
        _lt("There is more than one record for the selector %(selector)s."),
        _lt("Keep the mail server's record and delete the others."),
    ),
    "dmarc_ok": (
        _lt("DMARC asks receivers to %(policy)s what does not come from you."),
        None,
    ),
    "dmarc_missing": (
        _lt("There is no DMARC policy; Gmail and Yahoo refuse bulk mail without one."),
        _lt("Publish this record, and create the address that gets the reports."),
    ),
    "dmarc_several": (
        _lt("%(domain)s has more than one DMARC record; receivers then ignore all."),
        _lt("Delete all but one."),
    ),
    "dmarc_broken": (
        _lt("The DMARC record has no policy that receivers understand."),
        _lt("Replace the record by this one."),
    ),
    "dmarc_no_reports": (
        _lt("Nobody gets the reports of receivers (no rua=)."),
        _lt("Replace the record by this one, and create the address."),
    ),
    "dmarc_none": (
        _lt("DMARC only watches (p=none): forged mail with your domain is delivered."),
        _lt("Once the reports show your own mail as aligned, replace it by this one."),
    ),
    "alignment_both": (
        _lt("SPF and DKIM both speak for %(domain)s, the domain in From."),
        None,
    ),
    "alignment_dkim": (
        _lt("DKIM speaks for %(domain)s; bounces go to %(envelope)s."),
        None,
    ),
    "alignment_spf": (
        _lt("Only SPF speaks for %(domain)s; it is lost when mail is forwarded."),
        _lt("Sign with a DKIM key of this domain as well."),
    ),
    "alignment_none": (
        _lt(
            "Neither SPF nor DKIM speaks for %(domain)s: bounces go to %(envelope)s,"
            " and no key of the domain signs."
        ),
        _lt("Sign with a DKIM key, or use a bounce address of this domain."),
    ),
    "mx_ok": (
        _lt("Replies and bounces to %(domain)s arrive at %(hosts)s."),
        None,
    ),
    "mx_missing": (
        _lt("%(domain)s has no mail server: replies and bounces cannot arrive."),
        _lt("Publish an MX record; some receivers refuse mail from such domains."),
    ),
    "mx_implicit": (
        _lt("%(domain)s has no MX record, only an address."),
        _lt("Publish an MX record that names the mail server."),
    ),
    "mx_refused": (
        _lt("%(domain)s says that it takes no mail (an empty MX record)."),
        _lt("Publish an MX record, or send with another domain."),
    ),
    "mx_unreachable": (
        _lt("The mail servers of %(domain)s have no address (%(hosts)s)."),
        _lt("Correct the names in the MX records."),
    ),
}
