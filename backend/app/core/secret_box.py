"""Encrypts what must be kept and never shown, under SECRET_KEY, which is not in the database."""

import base64
from typing import Self

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

from app.core.errors import ConfigurationError
from app.core.settings import Settings

SHORTEST_SECRET = 32
"""Characters that SECRET_KEY must have at least before anything is kept under it."""


class Undecryptable(Exception):
    """It was encrypted under another SECRET_KEY, or has been changed."""


class SecretBox:
    """Encrypts under the first secret; decrypts what was encrypted under any of them."""

    def __init__(self, *secrets: str) -> None:
        self._fernet = MultiFernet([Fernet(_key_from(secret)) for secret in secrets])

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """With SECRET_KEY, and those of SECRET_KEY_FALLBACKS to decrypt what older ones have encrypted.

        Raises:
            ConfigurationError: there is no SECRET_KEY, or one is too short.
        """
        if settings.secret_key is None:
            raise ConfigurationError(
                "Keys cannot be kept without SECRET_KEY; set it to a long random text, the same for the API and all"
                " workers."
            )
        older = (settings.secret_key_fallbacks or SecretStr("")).get_secret_value().split(",")
        secrets = [settings.secret_key.get_secret_value(), *(secret.strip() for secret in older if secret.strip())]
        if min(map(len, secrets)) < SHORTEST_SECRET:
            raise ConfigurationError(
                f"SECRET_KEY is too short to keep keys under; use at least {SHORTEST_SECRET} random characters."
            )
        return cls(*secrets)

    def encrypt(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, token: str) -> str:
        """
        Raises:
            Undecryptable: no secret of this box fits.
        """
        try:
            return self._fernet.decrypt(token.encode()).decode()
        except InvalidToken:
            raise Undecryptable from None

    def renewed(self, token: str) -> str:
        """The same under the first secret.

        Raises:
            Undecryptable: no secret of this box fits.
        """
        try:
            return self._fernet.rotate(token.encode()).decode()
        except InvalidToken:
            raise Undecryptable from None


def _key_from(secret: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"greenway: kept keys").derive(secret.encode())
    return base64.urlsafe_b64encode(derived)
