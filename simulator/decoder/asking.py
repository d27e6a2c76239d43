"""The address at which a message is explained: for links from a failed run or a terminal."""

from urllib.parse import urlencode

from simulator.decoder.cleaning import plain
from simulator.decoder.redaction import mask

FIELD = "message"
PATH = "decoder"
LONGEST = 2_000
"""Characters of a message that an address takes; of a longer one the last."""


def explain_address(message: str) -> str:
    """The page of the decoder with this message in its field. Secrets are masked before."""
    kept = mask(plain(message)).text[-LONGEST:].strip()
    return f"{PATH}?{urlencode({FIELD: kept})}" if kept else PATH
