"""Sealing: what goes in comes out for the holder of the key, and for nobody else."""

import base64
import hashlib
import json
import os
import stat
import subprocess
import sys

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from procurement.tenders import keys, sealing

OFFER = {"lines": [{"line": "a", "price": "0.052", "note": "до 10 января"}], "freight": None, "count": 3}
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@pytest.fixture
def own_keys(settings, tmp_path):
    """A key file of this test's own."""
    settings.VAR_DIR = tmp_path
    settings.SEALING_KEY = ""
    return settings


def test_an_offer_opens_with_the_tenders_key_and_fits_its_commitment(own_keys):
    pair = sealing.new_key_pair()
    sealed = sealing.seal(OFFER, pair.public)
    opened = sealing.unseal(sealed.ciphertext, sealing.unwrap(pair.wrapped_private))
    assert opened.content == OFFER
    assert opened.nonce == sealed.nonce
    assert opened.commitment == sealed.commitment == sealing.commit(sealed.nonce, OFFER)


def test_neither_envelope_nor_key_shows_anything(own_keys):
    pair = sealing.new_key_pair()
    sealed = sealing.seal(OFFER, pair.public)
    assert b"0.052" not in sealed.ciphertext
    assert b"AGE-SECRET" not in pair.wrapped_private
    assert sealing.seal(OFFER, pair.public).commitment != sealed.commitment


def test_another_tenders_key_opens_nothing(own_keys):
    mine, other = sealing.new_key_pair(), sealing.new_key_pair()
    sealed = sealing.seal(OFFER, mine.public)
    with pytest.raises(sealing.Unsealable):
        sealing.unseal(sealed.ciphertext, sealing.unwrap(other.wrapped_private))


def test_an_altered_envelope_is_noticed_at_every_place(own_keys):
    pair = sealing.new_key_pair()
    sealed, identity = sealing.seal(OFFER, pair.public), sealing.unwrap(pair.wrapped_private)
    for place in (0, 30, len(sealed.ciphertext) // 2, len(sealed.ciphertext) - 1):
        broken = bytearray(sealed.ciphertext)
        broken[place] ^= 1
        with pytest.raises(sealing.Unsealable) as fault:
            sealing.unseal(bytes(broken), identity)
        assert fault.value.__cause__ is None
        assert "0.052" not in str(fault.value)


def test_the_plain_text_is_padded_to_whole_steps_and_stays_json(own_keys):
    pair = sealing.new_key_pair()
    identity = sealing.unwrap(pair.wrapped_private)
    for length in (0, 100, 3900, 4096, 9000):
        inside = pyrage.decrypt(sealing.seal({"note": "x" * length}, pair.public).ciphertext, [identity])
        assert len(inside) % 4096 == 0
        assert json.loads(inside)["offer"]["note"] == "x" * length


@given(content=st.dictionaries(st.text(), plain))
def test_the_canonical_form_does_not_depend_on_order(content):
    turned = dict(reversed(list(content.items())))
    assert sealing.canonical(content) == sealing.canonical(turned)


def test_floats_have_no_canonical_form():
    with pytest.raises(TypeError):
        sealing.canonical({"price": 0.1})


def test_a_draft_opens_for_its_own_offer_only(own_keys):
    locked = sealing.lock_draft(OFFER, "offer-a")
    assert b"0.052" not in locked
    assert sealing.unlock_draft(locked, "offer-a") == OFFER
    with pytest.raises(sealing.Unsealable):
        sealing.unlock_draft(locked, "offer-b")


def test_the_key_file_is_made_once_and_only_its_owner_reads_it(own_keys):
    first = keys.identities()[0]
    assert stat.S_IMODE(os.stat(keys.key_file()).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(keys.key_file().parent).st_mode) == 0o700
    keys._from_file.cache_clear()
    assert str(keys.identities()[0]) == str(first)
    assert [path.name for path in keys.key_file().parent.iterdir()] == ["sealing.key"]


def test_processes_that_start_together_agree_on_one_key(tmp_path):
    code = (
        "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'srm.settings'; django.setup();"
        "from procurement.tenders import keys; print(keys.identities()[0])"
    )
    variables = {**os.environ, "PROFILE": "demo", "VAR_DIR": str(tmp_path), "SEALING_KEY": ""}
    starts = [
        subprocess.Popen([sys.executable, "-c", code], env=variables, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert len({one.communicate()[0].strip() for one in starts}) == 1


def test_the_key_in_the_environment_goes_first_and_an_old_one_still_opens(own_keys):
    old, new = keys.new_identity(), keys.new_identity()
    own_keys.SEALING_KEY = old
    pair, draft = sealing.new_key_pair(), sealing.lock_draft(OFFER, "a")
    body = {"x": 1, "signing_key": sealing.signed_by()[0]}
    signature = sealing.sign(body)
    own_keys.SEALING_KEY = f"{new}, {old}"
    assert sealing.unwrap(pair.wrapped_private) is not None
    assert sealing.unlock_draft(draft, "a") == OFFER
    assert sealing.is_signed(body, signature)
    assert sealing.signed_by()[0] != body["signing_key"]
    own_keys.SEALING_KEY = new
    with pytest.raises(sealing.Unsealable):
        sealing.unwrap(pair.wrapped_private)
    with pytest.raises(sealing.Unsealable):
        sealing.unlock_draft(draft, "a")
    assert not sealing.is_signed(body, signature)


def test_a_wrong_key_in_the_environment_is_refused_without_being_shown(own_keys):
    own_keys.SEALING_KEY = "my-secret-but-not-a-key"
    with pytest.raises(ImproperlyConfigured) as fault:
        keys.identities()
    assert "my-secret" not in str(fault.value)
    assert fault.value.__suppress_context__


def test_the_command_prints_a_usable_key(own_keys, capsys):
    call_command("sealing_key")
    own_keys.SEALING_KEY = capsys.readouterr().out.strip()
    assert sealing.new_key_pair().fingerprint


def test_a_receipt_is_verified_with_nothing_but_the_public_key(own_keys):
    body = {"offer": "b1", "sha256": "00", "signing_key": sealing.signed_by()[0]}
    signature = sealing.sign(body)
    public = base64.b64decode(sealing.signed_by()[1])
    # As somebody without this program would do it.
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    Ed25519PublicKey.from_public_bytes(public).verify(base64.b64decode(signature), b"quadrant-receipt-v1\n" + text)
    assert hashlib.sha256(public).hexdigest()[:16] == body["signing_key"]
    assert sealing.verify(body, signature, public)
    assert not sealing.verify({**body, "sha256": "01"}, signature, public)
    assert not sealing.verify(body, "not base64", public)
    assert sealing.code_of(body) != sealing.code_of({**body, "sha256": "01"})
