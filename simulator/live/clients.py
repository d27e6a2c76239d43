"""The exact commands for each client, with this learner's registry, name and images."""

from dataclasses import dataclass

from simulator.words.i18n import N_


@dataclass(frozen=True)
class Recipe:
    """How one client logs in and pulls. `plain` is the flag that lets it speak plain HTTP;
    `note` says what is special."""

    title: str
    login: str
    pull: str
    plain: str = ""
    note: str = ""


RECIPES = (
    Recipe("docker", "docker login --username {name} {host}", "docker pull {image}"),
    Recipe(
        "podman", "podman login{plain} --username {name} {host}", "podman pull{plain} {image}",
        " --tls-verify=false",
    ),
    Recipe(
        "skopeo", "skopeo login{plain} --username {name} {host}",
        "skopeo copy{source} docker://{image} dir:app", " --tls-verify=false",
    ),
    Recipe(
        "crane", "crane auth login{plain} --username {name} {host}",
        "crane pull{plain} {image} app.tar", " --insecure",
        N_("crane's login only stores what you type: the registry hears of it at the pull."),
    ),
    Recipe(
        "oras", "oras login{plain} --username {name} {host}",
        "oras copy{from_plain} {image} --to-oci-layout app:1.0", " --plain-http",
    ),
    Recipe(
        "ctr", "", "sudo ctr images pull{plain} --user {name} {image}", " --plain-http",
        N_("containerd's ctr has no login: it asks for the password at each pull."),
    ),
    Recipe(
        "nerdctl", "nerdctl login{plain} --username {name} {host}", "nerdctl pull{plain} {image}",
        " --insecure-registry",
    ),
    Recipe(
        "Kubernetes",
        "read -rs PASSWORD\nkubectl create secret docker-registry pullscope \\\n"
        "  --docker-server={host} --docker-username={name} --docker-password=\"$PASSWORD\"",
        "kubectl apply -f - <<'END'\napiVersion: v1\nkind: Pod\nmetadata: {{name: app}}\nspec:\n"
        "  imagePullSecrets: [{{name: pullscope}}]\n"
        "  containers: [{{name: app, image: \"{image}\"}}]\nEND",
        note=N_("The node pulls, not you: it must reach this address, and know that it is HTTP."),
    ),
)  # fmt: skip
"""In the order in which they are shown."""


def commands(recipe: Recipe, host: str, name: str, image: str, secure: bool) -> tuple[str, str]:
    """The login and the pull, ready to paste; a login that there is none of is empty."""
    plain = "" if secure else recipe.plain
    words = {
        "host": host, "name": name, "image": f"{host}/{name}/{image}", "plain": plain,
        "source": plain.replace("--", "--src-"), "from_plain": plain.replace("--", "--from-"),
    }  # fmt: skip
    return recipe.login.format(**words), recipe.pull.format(**words)
