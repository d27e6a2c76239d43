"""Image references: which registry, which repository, which tag or digest."""

import re
from dataclasses import dataclass

from simulator.protocol.digest import ANY_DIGEST, InvalidDigest, check_digest

NAME = re.compile(
    r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*"
)
"""A repository's name (distribution spec, "Pulling manifests")."""
TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")
HOST = re.compile(r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:]+\])(?::[0-9]+)?")

HUB = "docker.io"
HUB_HOST = "registry-1.docker.io"
HUB_KEY = "https://index.docker.io/v1/"
"""Docker Hub has a name in references, a host to talk to, and a key in `config.json`."""


class InvalidReference(ValueError):
    """Docker's own sentence about a reference that it does not take."""


@dataclass(frozen=True)
class Reference:
    """A parsed image reference; `tag` or `digest` says which manifest."""

    domain: str
    repository: str
    tag: str | None
    digest: str | None = None

    @property
    def host(self) -> str:
        """Where the registry listens."""
        return HUB_HOST if self.domain == HUB else self.domain

    @property
    def key(self) -> str:
        """The registry's key in the credential store."""
        return HUB_KEY if self.domain == HUB else self.domain

    @property
    def identifier(self) -> str:
        """The part of the path after `/manifests/`."""
        return self.digest or self.tag or "latest"

    @property
    def familiar_name(self) -> str:
        """The repository as Docker prints it: Docker Hub's prefixes left out."""
        if self.domain != HUB:
            return f"{self.domain}/{self.repository}"
        return self.repository.removeprefix("library/")

    @property
    def familiar(self) -> str:
        return f"{self.familiar_name}{self._suffix}"

    @property
    def canonical(self) -> str:
        return f"{self.domain}/{self.repository}{self._suffix}"

    @property
    def whole(self) -> str:
        """As `canonical`, with the tag even where a digest decides."""
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.domain}/{self.repository}{tag}{digest}"

    @property
    def _suffix(self) -> str:
        if self.digest:
            return f"@{self.digest}"
        return f":{self.tag}" if self.tag else ""

    @classmethod
    def parse(cls, text: str) -> "Reference":
        """Parse as Docker does (distribution/reference): domain, repository, tag, digest. Its
        grammar takes a domain with `_` for a part of the name: engine 29 asks there all the same.

        Raises InvalidReference with Docker's words.
        """
        if re.fullmatch(r"[0-9a-f]{64}", text):
            raise InvalidReference(
                f"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings"
            )
        domain, rest = split_domain(text)
        if domain == HUB and "/" not in rest:
            rest = f"library/{rest}"
        before_colon = rest.partition(":")[0]
        if before_colon.lower() != before_colon:
            raise InvalidReference(f"{INVALID}: repository name ({before_colon}) must be lowercase")
        name, at, digest = rest.partition("@")
        repository, tag = split_tag(name)
        host = HOST.fullmatch(domain) or ("/" not in domain and NAME.fullmatch(domain))
        if not (host and NAME.fullmatch(repository)):
            raise InvalidReference(INVALID)
        if (tag is not None and not TAG.fullmatch(tag)) or (
            at and not ANY_DIGEST.fullmatch(digest)
        ):
            raise InvalidReference(INVALID)
        if len(repository) > LONGEST:
            raise InvalidReference(f"repository name must not be more than {LONGEST} characters")
        if at:
            checked(digest)
        elif tag is None:
            tag = "latest"
        return cls(domain, repository, tag, digest or None)


INVALID = "invalid reference format"
LONGEST = 255
"""Characters of a repository's name, as Docker counts (the host does not)."""


def checked(digest: str) -> None:
    """Raises InvalidReference with Docker's words about the digest."""
    try:
        check_digest(digest)
    except InvalidDigest as error:
        raise InvalidReference(str(error)) from None


def split_domain(text: str) -> tuple[str, str]:
    """The first part is a domain if it has a dot, a port or capitals, or is `localhost`."""
    first, slash, rest = text.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost" or first != first.lower()):
        return (HUB if first in ("index.docker.io", HUB) else first), rest
    return HUB, text  # also where the text is no reference at all


def split_tag(text: str) -> tuple[str, str | None]:
    """Split `repository:tag`; the tag is what follows the last colon after the last slash."""
    head, colon, tag = text.rpartition(":")
    return (head, tag) if colon and "/" not in tag else (text, None)
