"""Names whose values are secrets, and what is shown in the place of a secret.

Three policies use these names and stay apart: values (`message`), recordings
(`recordings.masking`) and pasted text (`decoder.redaction`).
"""

MASK = "••••••"
SECRET_FIELDS = frozenset(
    {"token", "access_token", "refresh_token", "device_code", "password", "auth"}
)
"""Names whose values are secrets, in token answers, forms and `config.json`."""
PLAIN_FIELDS = frozenset(
    {"access_type", "account", "audience", "client_id", "grant_type", "scope", "service",
     "username"}
)  # fmt: skip
"""Fields of forms that are shown. Any other may hold a secret: a client may misspell `password`."""
