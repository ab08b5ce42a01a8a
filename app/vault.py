"""Secrets at rest: what goes into the database encrypted comes out through here and nowhere else.

Keys are Fernet keys, newest first: the first encrypts, every one decrypts, so that a key is replaced by putting a new
one in front and rotating what is stored (`db.upkeep.key_rotation`). Nothing here is ever shown by `repr`. Which columns
are encrypted is the database layer's business.
"""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from app.errors import ConfigurationMissing


class Vault:
    """Encrypts and decrypts text and bytes; safe to share between tasks and threads."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Raises `ConfigurationMissing` without a key, or with one that is no Fernet key."""
        if not keys:
            raise ConfigurationMissing("PLUMBLINE_SECRET_KEYS is missing")
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
            self._newest = Fernet(keys[0])
        except ValueError:
            raise ConfigurationMissing(
                "PLUMBLINE_SECRET_KEYS holds something that is no Fernet key"
            ) from None

    def __repr__(self) -> str:
        return "Vault()"

    def encrypt(self, text: str) -> bytes:
        """Encrypt with the newest key; the same text never gives the same bytes twice."""
        return self.encrypt_bytes(text.encode())

    def decrypt(self, sealed: bytes) -> str:
        """Open text that any of the keys sealed; raises `ConfigurationMissing` when the key for it is gone."""
        return self.decrypt_bytes(sealed).decode()

    def encrypt_bytes(self, content: bytes) -> bytes:
        """Encrypt bytes with the newest key; the same content never gives the same bytes twice."""
        return self._fernet.encrypt(content)

    def decrypt_bytes(self, sealed: bytes) -> bytes:
        """Open bytes that any of the keys sealed; raises `ConfigurationMissing` when the key for it is gone."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            raise ConfigurationMissing("no key of PLUMBLINE_SECRET_KEYS opens what is stored") from None

    def rotate(self, sealed: bytes) -> bytes:
        """Seal the content again with the newest key; raises as `decrypt` does."""
        try:
            return self._fernet.rotate(sealed)
        except InvalidToken:
            raise ConfigurationMissing("no key of PLUMBLINE_SECRET_KEYS opens what is stored") from None

    def needs_older_key(self, sealed: bytes) -> bool:
        """Whether the newest key alone does not open it."""
        try:
            self._newest.decrypt(sealed)
        except InvalidToken:
            return True
        return False
