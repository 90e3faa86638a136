"""
Whose word counts for who sent a mail, when a sender may write almost anything into an address.
"""

import pytest

from sharekit.mail.authentication import Trust, sender_proof

SERVER = "mx.studio.example"
TRUST = Trust(servers={SERVER}, received_above=0)


def proof(sender: str, *fields: str) -> str:
    """Return what is proven of a sender by these results, the topmost first."""
    return str(sender_proof([("Authentication-Results", field) for field in fields], sender, TRUST))


def test_a_forged_field_below_our_servers_own_never_counts() -> None:
    """Though an address of the sender broke our server's field, so that it cannot be read (R-MAIL-2)."""
    forged = f"{SERVER}; dmarc=pass header.from=studio.example"
    good = proof("boss@studio.example", forged)
    for broken in ("a(b@attacker.example", 'a"b@attacker.example', "a)b@attacker.example"):
        ours = f"{SERVER}; dmarc=fail header.from=studio.example; spf=pass smtp.mailfrom={broken}"
        assert proof("boss@studio.example", ours, forged) != good


@pytest.mark.parametrize(
    "envelope",
    ['"x@acme.example"@attacker.example', "acme.example x@attacker.example", "acme.example(x)@attacker.example"],
)
def test_a_quoted_local_part_is_no_domain(envelope: str) -> None:
    """Whose domain passes is the one at the end of the whole address."""
    aligned = proof("ana@acme.example", f"{SERVER}; dmarc=none; spf=pass smtp.mailfrom=ana@acme.example")
    claimed = proof("ana@acme.example", f"{SERVER}; dmarc=none; spf=pass smtp.mailfrom={envelope}")

    assert aligned != claimed
    assert claimed == proof("ana@acme.example", f"{SERVER}; dmarc=none; spf=pass smtp.mailfrom=x@attacker.example")
