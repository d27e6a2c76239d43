"""What `docker inspect` prints about an image, on each engine."""

from collections.abc import Mapping

from simulator.docker.held_images import HeldImage
from simulator.docker.image_store import NAMELESS, repository_of, settings
from simulator.protocol.platform import Platform


def inspected26(image: HeldImage) -> dict[str, object]:
    """Without what is the storage driver's (`GraphDriver`) and the day's (`Metadata`)."""
    config, known = image.config, settings(image.config)
    where = config.platform if config else Platform()
    return {
        "Id": image.id,
        "RepoTags": list(image.tags),
        "RepoDigests": list(image.digests),
        "Parent": "",
        "Comment": "",
        **({"Created": config.created} if config and config.created else {}),
        "DockerVersion": "",
        "Author": "",
        "Config": {key: known.get(key, value) for key, value in SETTINGS_26.items()}
        | {key: known[key] for key in known if key not in SETTINGS_26},
        "Architecture": where.architecture,
        **({"Variant": where.variant} if where.variant else {}),
        "Os": where.os,
        "Size": image.size,
        "RootFS": {"Type": "layers", "Layers": list(config.diff_ids) if config else []},
    }


SETTINGS_26: Mapping[str, object] = {
    "Hostname": "", "Domainname": "", "User": "", "AttachStdin": False, "AttachStdout": False,
    "AttachStderr": False, "Tty": False, "OpenStdin": False, "StdinOnce": False, "Env": None,
    "Cmd": None, "Image": "", "Volumes": None, "WorkingDir": "", "Entrypoint": None,
    "OnBuild": None, "Labels": None,
}  # fmt: skip
"""Settings that this engine always tells, in its order."""


def inspected29(image: HeldImage) -> dict[str, object]:
    """Without what is of the day (`Metadata`): settings that are empty are left out."""
    config = image.config
    where = config.platform if config else Platform("", "")
    manifest = image.descriptor
    return {
        "Id": image.id,
        "RepoTags": list(image.tags),
        "RepoDigests": list(image.digests),
        **({"Created": config.created} if config and config.created else {}),
        "Config": {key: value for key, value in sorted_settings(settings(config)) if value},
        "Architecture": where.architecture,
        **({"Variant": where.variant} if where.variant else {}),
        "Os": where.os,
        "Size": image.own_size,
        "RootFS": {"Type": "layers", "Layers": list(config.diff_ids)} if config else {},
        "Descriptor": {
            "mediaType": manifest.media_type, "digest": manifest.digest, "size": manifest.size
        },
        "Identity": {"Pull": [{"Repository": name} for name in repositories(image)]},
    }  # fmt: skip


def repositories(image: HeldImage) -> list[str]:
    """Where it was pulled from."""
    return sorted({repository_of(name) for name in image.names} - {NAMELESS})


SETTINGS_29 = (
    "User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels",
    "StopSignal", "ArgsEscaped", "Healthcheck", "OnBuild", "Shell",
)  # fmt: skip


def sorted_settings(known: dict[str, object]) -> list[tuple[str, object]]:
    return [(key, known[key]) for key in SETTINGS_29 if key in known]
