"""Secrets at rest."""

import pytest
from cryptography.fernet import Fernet

from app.errors import ConfigurationMissing
from app.vault import Vault

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_what_was_encrypted_comes_out_again() -> None:
    """Encryption is reversible with the key, and hides the text."""
    vault = Vault([NEW])
    sealed = vault.encrypt("refresh-token")
    assert b"refresh-token" not in sealed
    assert vault.decrypt(sealed) == "refresh-token"


def test_a_new_key_in_front_still_opens_what_the_old_one_sealed() -> None:
    """Every key decrypts; after a rotation the old key is not needed any more."""
    sealed = Vault([OLD]).encrypt("secret")
    both = Vault([NEW, OLD])
    assert both.decrypt(sealed) == "secret"
    assert Vault([NEW]).decrypt(both.rotate(sealed)) == "secret"


def test_a_lost_key_is_a_setting_that_is_missing() -> None:
    """What no key opens is told as the configuration fault that it is."""
    sealed = Vault([OLD]).encrypt("secret")
    with pytest.raises(ConfigurationMissing):
        Vault([NEW]).decrypt(sealed)
    with pytest.raises(ConfigurationMissing):
        Vault([NEW]).rotate(sealed)


@pytest.mark.parametrize("keys", [[], ["short"], [NEW, "no key"]])
def test_a_vault_is_not_made_without_good_keys(keys: list[str]) -> None:
    """A process that cannot encrypt does not start."""
    with pytest.raises(ConfigurationMissing):
        Vault(keys)


def test_a_vault_shows_nothing() -> None:
    """Neither `repr` nor `str` gives a key away."""
    assert NEW not in repr(Vault([NEW])) + str(Vault([NEW]))
