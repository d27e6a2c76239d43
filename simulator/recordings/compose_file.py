"""A compose file in a recording: anyone's, so it may be anything."""

from collections.abc import Mapping
from dataclasses import replace

from pydantic import BaseModel, Field, ValidationError
from ruamel.yaml.error import YAMLError

from simulator.docker.cli.commands import Compose
from simulator.recordings.document import InvalidRecording
from simulator.words.yaml_text import loaded_text

NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
"""What Compose looks for, in this order."""
MOST_SERVICES = 100


class Service(BaseModel):
    """One without an image is built, and not pulled."""

    image: str = ""


class ComposeFile(BaseModel):
    """The part of the file that says what to pull."""

    services: dict[str, Service] = Field({}, max_length=MOST_SERVICES)


def with_services(asked: Compose, files: Mapping[str, str]) -> Compose:
    """The command with the services of the compose file, if there is one. Raises
    InvalidRecording."""
    known = {path.rpartition("/")[2]: path for path in files}
    path = next((known[name] for name in NAMES if name in known), "")
    try:
        read = ComposeFile.model_validate(loaded_text(files[path]) if path else {})
    except (YAMLError, ValidationError):
        raise InvalidRecording(f"{path} is not a compose file") from None
    images = tuple((name, one.image) for name, one in read.services.items() if one.image)
    return replace(asked, file=path, services=images)
