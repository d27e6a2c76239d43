"""Media types of manifests, configurations and layers (OCI image spec; Docker image spec v2.2)."""

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
IMAGE_TYPES = (DOCKER_CONFIG, OCI_CONFIG, "application/octet-stream", "application/json",
               "text/html", "")  # fmt: skip
"""Types of a configuration that the classic engine takes for that of an image (moby)."""
SUPPORTED = ("application/vnd.oci.image", "application/vnd.docker")
"""How the types begin of what the classic engine takes from an OCI manifest (moby)."""
PLUGIN_CONFIG = "application/vnd.docker.plugin.v1+json"
MANIFESTS = (DOCKER_MANIFEST, OCI_MANIFEST)
DOCKER_MANIFEST_1 = "application/vnd.docker.distribution.manifest.v1+prettyjws"
FIRST_SCHEMA = (DOCKER_MANIFEST_1, "text/plain")
"""What containerd takes for a manifest of schema 1: an old registry gave it no type of its own."""
INDEXES = (DOCKER_INDEX, OCI_INDEX)
CONFIGS = (DOCKER_CONFIG, OCI_CONFIG)
LAYERS = (DOCKER_LAYER, OCI_LAYER, "application/vnd.oci.image.layer.v1.tar+zstd",
          "application/vnd.oci.image.layer.v1.tar", "application/vnd.docker.image.rootfs.diff.tar",
          "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip")  # fmt: skip
