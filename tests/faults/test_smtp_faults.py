"""Each way in which a mail server can refuse, stall or lie, at each verb."""

import pytest
from account import settle
from stage import wait_for

# fault of the peer -> (state, reason, bounce type); the peer's module explains names
AT_MAIL = {
    "mail-451": ("queued", "deferred", None),
    "mail-550": ("failed", "rejected", None),
    "mail-drop": ("queued", "deferred", None),
}
FAULTS = {
    "rcpt-450": ("queued", "deferred", None),
    "rcpt-451": ("queued", "deferred", None),
    "rcpt-550": ("failed", "rejected", "hard"),
    "rcpt-552": ("failed", "rejected", "soft"),
    "rcpt-421": ("queued", "deferred", None),
    "rcpt-drop": ("queued", "deferred", None),
    "data-451": ("queued", "deferred", None),
    "data-554": ("failed", "rejected", None),
    "data-250": ("queued", "deferred", None),
    "data-drop": ("queued", "deferred", None),
    "body-drop": ("in_doubt", "no_answer", None),
    "content-451": ("queued", "deferred", None),
    "content-421": ("queued", "deferred", None),
    "content-554": ("failed", "rejected", None),
    "content-552": ("failed", "rejected", None),
    "content-drop": ("in_doubt", "no_answer", None),
    "content-hang": ("in_doubt", "no_answer", None),
    "content-trickle": ("in_doubt", "no_answer", None),
    "content-broken": ("in_doubt", "no_answer", None),
    "content-garbage": ("in_doubt", "no_answer", None),
    "content-long": ("in_doubt", "no_answer", None),
    "content-354": ("in_doubt", "no_answer", None),
    "content-late": ("sent", None, None),
    "content-lines": ("sent", None, None),
    "content-bytes": ("sent", None, None),
    "content-barelf": ("sent", None, None),
    "ok-ok": ("sent", None, None),
}
# refused or stalled by the greeting, EHLO, TLS or login: nobody's message is to blame
PROVIDER_FAULTS = {
    "banner 421": ({"greeting": "421 too busy"}, {}, "421 too busy"),
    "banner 554": ({"greeting": "554 not you"}, {}, "554 not you"),
    "hello 550": ({"hello": "550 no hello"}, {}, "550 no hello"),
    "no TLS": ({}, {"encryption": "starttls"}, "STARTTLS"),
    "wrong password": (
        {"login": "535 5.7.8 wrong password"},
        {"user": "shop", "password": "wrong"},
        "wrong user or password: 535",
    ),
}


@pytest.mark.parametrize("pipelines", [True, False])
def test_each_verb(stage, launcher, peer, pipelines, ledger):
    """Every fault gets its class, and the messages around it leave all the same."""
    faults = FAULTS | AT_MAIL if pipelines else FAULTS
    peer.pipelines = pipelines
    addresses = []
    for fault in faults:
        # a good one in between, as two lost connections in a row blame the provider
        # and an address that the other round was told not to exist is not asked again
        round_of = f"{int(pipelines)}@peer.example"
        addresses += [f"{fault}.{round_of}", f"ok-ok.{fault}.{round_of}"]
    campaign_id = stage.campaign(peer.port, addresses)
    launcher.send(campaign_id)
    wait_for(lambda: not stage.keys_due(campaign_id))
    found = stage.query(
        """SELECT email_address, state, reason, bounce_type, send_key
             FROM campaign_recipient WHERE campaign_id = %s""",
        campaign_id,
    )
    for address, state, reason, bounce_type, send_key in found:
        wanted = faults[address.split(".")[0]]
        assert (state, reason, bounce_type) == wanted, address
        assert peer.accepted[send_key] <= 1, address
    assert len(found) == len(addresses)
    ledger.note("F7 SMTP", len(faults), settle(stage, peer.accepted, campaign_id))


@pytest.mark.parametrize("name", PROVIDER_FAULTS)
def test_provider_is_down(stage, launcher, peer, name, ledger):
    behaviour, server, message = PROVIDER_FAULTS[name]
    for key, value in behaviour.items():
        setattr(peer, key, value)
    campaign_id = stage.campaign(peer.port, ["ok-ok.1@peer.example"], **server)
    launcher.send(campaign_id)
    wait_for(lambda: stage.provider(campaign_id)[0] == "down")
    assert message in stage.provider(campaign_id)[1]
    assert stage.states(campaign_id) == {"queued": 1}
    assert message in stage.value(
        "SELECT status_reason FROM email_campaign WHERE id = %s", campaign_id
    )
    vars(peer).update(greeting="220 peer", hello="250", login="235 welcome")
    stage.query("UPDATE ir_mail_server SET smtp_encryption = 'none'")
    wait_for(lambda: stage.states(campaign_id) == {"sent": 1}, 30)
    wait_for(lambda: stage.status(campaign_id) == "completed")
    assert stage.provider(campaign_id) == ("ok", None)


def test_refused_connection(stage, launcher, peer):
    """A server that is not there costs no message an attempt."""
    peer.stop()
    campaign_id = stage.campaign(peer.port, ["ok-ok.1@peer.example"])
    pid = launcher.send(campaign_id)
    wait_for(lambda: stage.provider(campaign_id)[0] == "down")
    assert "refused" in stage.provider(campaign_id)[1]
    assert stage.query(
        "SELECT state, attempt FROM campaign_recipient WHERE campaign_id = %s",
        campaign_id,
    ) == [("queued", 0)]
    launcher.kill(pid)


def test_login_wanted_while_sending(stage, launcher, peer):
    """530 at a verb is about the login: the message waits, the provider is down."""
    campaign_id = stage.campaign(peer.port, ["mail-530.1@peer.example"])
    pid = launcher.send(campaign_id)
    wait_for(lambda: stage.provider(campaign_id)[0] == "down")
    assert stage.states(campaign_id) == {"queued": 1}
    launcher.kill(pid)


def test_attempts_are_counted(stage, launcher, peer):
    """Five deferrals are enough; each of them left its traces."""
    campaign_id = stage.campaign(peer.port, ["rcpt-450.1@peer.example"])
    launcher.send(campaign_id)
    for attempt in range(1, 6):
        wait_for(lambda attempt=attempt: stage.attempt(campaign_id) == attempt)
        stage.query("UPDATE campaign_recipient SET not_before = NULL")
    assert stage.query("SELECT state, reason, bounce_type FROM campaign_recipient") == [
        ("failed", "too_many_attempts", "soft")
    ]
