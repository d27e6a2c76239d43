"""What an engine finds wrong with a manifest or a configuration that arrived whole, in Go's words.

A manifest is read into Go structs, in which every field may be missing; what is missing is only
noticed when it is used.
"""

from typing import Any

from simulator.docker import events as e
from simulator.docker.go_json import first_value, kind, misfit, not_json
from simulator.docker.machine.state import State
from simulator.protocol.digest import DIGEST
from simulator.protocol.manifest import Manifest
from simulator.protocol.media_types import DOCKER_MANIFEST, IMAGE_TYPES, LAYERS, SUPPORTED

NO_DIGEST = "invalid checksum digest format"
NO_SIGNATURE = "missing signature key"


def unsigned(body: bytes) -> str:
    """Why a body is no manifest of schema 1, which is signed (libtrust, `ParsePrettySignature`);
    empty if it is one."""
    text = body.decode(errors="replace")
    document = None if (broken := not_json(text, stream=False)) else first_value(text)
    if not broken and document is not None and not isinstance(document, dict):
        kinds = f"json: cannot unmarshal {kind(document)} into Go value of type "
        broken = f"{kinds}map[string]json.RawMessage"
    if broken:
        return f"error unmarshalling content: {broken}"
    return "" if isinstance(document, dict) and "signatures" in document else NO_SIGNATURE


def manifest_fault(body: bytes, classic: bool) -> str:
    """Why a body is no manifest that can be used."""
    text = body.decode(errors="replace")
    broken = not_json(text, stream=False)
    if broken:
        return broken
    package = "distribution" if classic else "v1"
    document = first_value(text)
    wrong = misfit(document, "ocischema" if classic else "v1", "Manifest", {"mediaType": "string"})
    return wrong or wrong_fields(document, package) or missing_fields(document, classic)


def wrong_fields(document: Any, package: str) -> str:
    known = document if isinstance(document, dict) else {}
    for name in ("config", "layers", "manifests"):
        value, one = known.get(name), name == "config"
        if value is not None and not isinstance(value, dict if one else list):
            return unfit(value, f"Manifest.{name}", f"{'' if one else '[]'}{package}.Descriptor")
        for entry in [value] if one else value or []:
            wrong = wrong_descriptor(entry, f"Manifest.{name}", package)
            if wrong:
                return wrong
    return ""


def wrong_descriptor(entry: Any, field: str, package: str) -> str:
    if entry is None:
        return ""
    if not isinstance(entry, dict):
        return unfit(entry, field, f"{package}.Descriptor")
    types = {"mediaType": (str, "string"), "digest": (str, "digest.Digest"), "size": (int, "int64")}
    for name, (wanted, told) in types.items():
        value = entry.get(name)
        if value is not None and (not isinstance(value, wanted) or isinstance(value, bool)):
            return unfit(value, f"{field}.{name}", told)
    return ""


def unfit(value: object, field: str, wanted: str) -> str:
    said = f"number {value}" if isinstance(value, float) and wanted == "int64" else kind(value)
    return f"json: cannot unmarshal {said} into Go struct field {field} of type {wanted}"


def missing_fields(document: Any, classic: bool) -> str:
    """The first descriptor that names nothing that can be fetched."""
    known = document if isinstance(document, dict) else {}
    layers = [one or {} for one in known.get("layers") or known.get("manifests") or []]
    config = [] if "manifests" in known else [known.get("config") or {}]
    for place, entry in enumerate([*config, *layers]):
        digest, size = str(entry.get("digest") or ""), entry.get("size") or 0
        if not classic and not size:
            what = f"unable to fetch descriptor ({digest}) which reports content size of zero"
            return f"{what}: invalid argument"
        if not DIGEST.fullmatch(digest):
            layer = f'could not validate layer digest "{digest}": {NO_DIGEST}'
            return layer if classic and place >= len(config) else NO_DIGEST
    return NO_DIGEST


# -- types and configurations -----------------------------------------------------------------


def foreign_type(manifest: Manifest) -> str | None:
    """The type in a manifest that the classic engine cannot store as an image; None without."""
    config = manifest.config.media_type
    if manifest.media_type == DOCKER_MANIFEST and config not in IMAGE_TYPES:
        return config
    types = (config, *(layer.media_type for layer in manifest.layers))
    return next((one for one in types if not supported(one)), None)


def supported(media_type: str) -> bool:
    name = media_type.lower()
    return name in IMAGE_TYPES or any(
        name == known or name.startswith(f"{known}.") for known in SUPPORTED
    )


def config_fault(state: State, body: bytes) -> e.ConfigUnusable | None:
    """Why the image's configuration cannot be used with its layers. The classic engine looks
    before it has the layers, containerd when it is about to unpack them."""
    manifest = state.run.image.manifest
    layers = [one for one in manifest.layers if one.media_type in LAYERS] if manifest else []
    if not (layers or state.profile.images_only):
        return None
    text = body.decode(errors="replace")
    name = ("image", "Image") if state.profile.images_only else ("unpack", "unpackConfig")
    types = {"os": "string", "architecture": "string"}
    broken = not_json(text, stream=False) or misfit(first_value(text), *name, types)
    if broken:
        return e.ConfigUnusable("json", broken)
    document = first_value(text)
    known: dict[str, Any] = document if isinstance(document, dict) else {}
    system, root = str(known.get("os") or "linux").lower(), known.get("rootfs")
    if state.profile.images_only and not isinstance(root, dict):
        return e.ConfigUnusable("rootfs")
    if state.profile.images_only and system != "linux":
        return e.ConfigUnusable("system", system)
    count = len((root if isinstance(root, dict) else {}).get("diff_ids") or [])
    return e.ConfigUnusable("layers", "", len(layers), count) if count != len(layers) else None
