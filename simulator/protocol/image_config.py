"""What an image's configuration says (OCI image spec, config)."""

import json
from dataclasses import dataclass, field

from simulator.protocol.json_text import json_of
from simulator.protocol.platform import Platform, platform_of


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
            document = json_of(data)
            where = {"variant": document.get("variant"), "os": document["os"],
                     "architecture": document["architecture"]}  # fmt: skip
            settings = document.get("config") or {}
            layers = document.get("rootfs", {}).get("diff_ids", ())
            return cls(
                digest,
                platform_of(where),
                str(document.get("created") or ""),
                tuple(map(str, layers)),
                json.dumps(settings if isinstance(settings, dict) else {}),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
