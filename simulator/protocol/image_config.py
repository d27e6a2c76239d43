"""What an image's configuration says (OCI image spec, config)."""

import json
from dataclasses import dataclass, field

from simulator.protocol.platform import Platform


@dataclass(frozen=True)
class ImageConfig:
    """What an image's configuration says (OCI image spec, config). `settings` are those for
    its containers, as JSON."""

    digest: str
    platform: Platform = field(default_factory=Platform)
    created: str = ""
    diff_ids: tuple[str, ...] = ()
    settings: str = "{}"

    @classmethod
    def read(cls, data: bytes, digest: str) -> "ImageConfig | None":
        """None for what is not an image's configuration."""
        try:
            document = json.loads(data)
            where = document["os"], document["architecture"], document.get("variant")
            layers = document.get("rootfs", {}).get("diff_ids", ())
            return cls(
                digest,
                Platform(*where),
                document.get("created") or "",
                tuple(map(str, layers)),
                json.dumps(document.get("config") or {}),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
