"""No secret that is pasted is shown, sent or kept."""

import json
import random
import string

from hypothesis import given
from hypothesis import strategies as st

from simulator.decoder.answer import as_data, as_text
from simulator.decoder.asking import explain_address
from simulator.decoder.coverage import recorded_errors
from simulator.decoder.decode import decode
from simulator.decoder.redaction import PATTERNS, mask
from simulator.protocol.secrets import MASK
from simulator.web.components.anatomy import painted
from tests.cases import each
from tests.decoder.test_messages import CASES, VARIANTS

BASIC = (
    'Error response from daemon: Head "https://ghcr.io/v2/a/b/manifests/1": '
    "no basic auth credentials"
)
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"
SECRETS = {
    "docker login -u alice -p {} ghcr.io": "hunter2",
    "docker login -u alice -p{} ghcr.io": "hunter2",
    "docker login -u alice -p '{}' ghcr.io": "hunter 2",
    "docker login --password {} ghcr.io": "hunter2",
    "docker login --password={} ghcr.io": "hunter2",
    'docker login --password="{}" ghcr.io': "hunter 2",
    "echo {} | docker login -u alice --password-stdin": "hunter2",
    "echo -n '{}' | sudo docker login -u alice --password-stdin": "hunter 2",
    "docker login -u alice --password-stdin <<< {}": "hunter2",
    "Username: alice\nPassword: {}\nError: denied": "hunter2",
    "PASSWORD={} docker login": "hunter2",
    "curl -u alice:{} https://ghcr.io/v2/": "hunter2",
    "curl --user 'alice:{}' https://ghcr.io/v2/": "hunter2",
    "https://alice:{}@ghcr.io/v2/": "hunter2",
    "https://{}@ghcr.io/v2/": "abcdefg",
    "Authorization: Basic {}": "YWxpY2U6czNjcmV0",
    "authorization: bearer {}": "opaque",
    '"Authorization": "Bearer {}"': "abc.def",
    "X-Registry-Auth: {}": "abcdef",
    "sent Bearer {} and": "a1b2c3d4e5",
    "the token {} leaked": JWT,
    '{{"auths":{{"ghcr.io":{{"auth":"{}"}}}}}}': "YWxpY2U6czNjcmV0",
    '{{"identitytoken": "{}"}}': "abc",
    "the entry {} alone": "YWxpY2U6aHVudGVyMg==",
    "https://ghcr.io/token?access_token={}&scope=x": "abcdef",
    "refresh_token={}&service=x": "abcdef",
    "of Docker Hub: {}": "dckr_pat_abcdefghijklmnopqrstuvwxyz1",
    "of GitHub: {}": "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "fine-grained: {}": "github_pat_11ABCDEFG0abcdefghijkl_mnopqrstuv",
    "of GitLab: {}": "glpat-abcdefghij0123456789",
    "of AWS: {}": "AKIAIOSFODNN7EXAMPLE",
    "aws_secret_access_key = {}": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "random: {}": "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0dF",
    "{}": "-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----",
    "kubectl create secret docker-registry x --docker-password {}": "hunter2",
    "kubectl create secret docker-registry x --docker-password='{}'": "hunter 2",
    "podman pull --creds {} ghcr.io/a/b": "alice:hunter2",
    "skopeo copy --src-creds={} docker://a docker://b": "alice:hunter2",
    "skopeo copy --dest-creds {} docker://a docker://b": "alice:hunter2",
    "HTTP_PROXY=http://alice:{}@proxy:8080/": "pa@ss",
    "htpasswd -Bbn alice {}": "hunter2",
    "htpasswd -Bb auth alice {}": "hunter2",
    "docker login -u alice --password-stdin <<EOF\n{}\nEOF": "hunter2",
    'AUTH_REGISTRIES="{}"': "host:alice:hunter2",
    "a Google token: {}": "ya29.a0AfH6SMBx-abcdefghij",
    "https://acme.blob.core.windows.net/a?sv=2024&sig={}": "aB%2Fc%3D",
    "https://bucket.s3.amazonaws.com/a?X-Amz-Signature={}&x=1": "0123456789abcdef",
    "printf '%s' {} | podman login --password-stdin": "hunter2",
    "machine ghcr.io login alice password {}": "hunter2",
    "REGISTRY_TOKEN={} ./deploy": "hunter2",
    "helm registry login --password {} ghcr.io": "hunter2",
    "regctl registry set --password={} ghcr.io": "hunter2",
    "of Artifactory: {}": "AKCp8abcdefghijklmnop",
}


@each("text", SECRETS)
def test_no_secret_survives(text: str) -> None:
    """What looks like a secret is masked, counted, and in nothing that is shown."""
    secret = SECRETS[text]
    kept = mask(text.format(secret))
    assert secret not in kept.text and MASK in kept.text
    assert kept.count == 1
    pasted = f"{BASIC}\n{text.format(secret)}"
    decoded = decode(pasted)
    assert decoded.masked == 1
    assert secret not in shown(pasted)


def shown(pasted: str) -> str:
    """Everything that leaves the decoder: values, JSON, text, page and address."""
    decoded = decode(pasted)
    answer = json.dumps(as_data(decoded), ensure_ascii=False)
    text = "\n".join(as_text(decoded))
    return "\n".join((repr(decoded), answer, text, painted(decoded), explain_address(pasted)))


LETTERS = string.ascii_letters + string.digits
FORMS = [text for text in SECRETS if SECRETS[text] in ("hunter2", "alice:hunter2")]
TIMES = 10_000


def planted(count: int) -> list[tuple[str, str]]:
    """Messages with a secret of random letters in one of the forms."""
    chance = random.Random(16)
    made = []
    for _ in range(count):
        form = chance.choice(FORMS)
        secret = "q" + "".join(chance.choices(LETTERS, k=chance.randint(7, 30)))
        whole = SECRETS[form].replace("hunter2", secret)
        made.append((secret, f"{BASIC}\n{form.format(whole)}"))
    return made


def test_ten_thousand_secrets_are_masked() -> None:
    """Whatever the secret is, its form tells."""
    for secret, text in planted(TIMES):
        assert secret not in mask(text).text


def test_no_planted_secret_is_in_page_json_or_address() -> None:
    for secret, text in planted(200):
        assert secret not in shown(text)


@given(st.text(max_size=300))
def test_masking_twice_is_masking_once(text: str) -> None:
    """Text that is masked already is no secret."""
    assert mask(mask(text).text).count == 0


@each("text", SECRETS)
def test_a_masked_form_is_no_secret(text: str) -> None:
    assert mask(mask(text.format(SECRETS[text])).text).count == 0


def test_errors_hold_no_secret() -> None:
    """No message that is printed is taken for a secret, so none is changed."""
    met = (*(case.message for case in CASES), *(message for _, message in VARIANTS))
    for text in (*(text for _name, text in recorded_errors()), *met):
        if "X-Amz" not in text:
            assert mask(text).count == 0, text


def test_commands_without_secrets_stay() -> None:
    for text in ("mkdir -p /etc/docker/certs.d", "docker run -p 8080:80 nginx",
                 'Get "https://localhost:5000/v2/a@sha256:aa": EOF'):  # fmt: skip
        assert mask(text).text == text


def test_hints_are_in_every_text_that_a_pattern_fits() -> None:
    """A hint that is missing would let a secret through."""
    for text, secret in SECRETS.items():
        whole = text.format(secret)
        for known in PATTERNS:
            found = known.pattern.search(whole)
            if found and known.hints:
                assert any(hint in whole.lower() for hint in known.hints), known.what
