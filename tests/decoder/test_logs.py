"""Whole logs: the failing part is found, and the requests before it."""


from simulator.decoder.decode import decode
from simulator.decoder.logs import requests
from tests.cases import each
from tests.decoder.test_messages import CASES

NOISE = [f"2026-11-25T10:00:{second:02d}.000Z step {second}: compiled module {second}"
         for second in range(50)]  # fmt: skip
FAILURE = (
    'Error response from daemon: Get "https://registry.example.com/v2/": dial tcp 192.0.2.7:443: '
    "connect: connection refused"
)

CI = "\n".join([*NOISE, "$ docker pull registry.example.com/app:1", f"##[error]{FAILURE}",
                "##[error]Process completed with exit code 1.", *NOISE])  # fmt: skip
JOURNAL = "\n".join([
    "Nov 25 14:17:02 host systemd[1]: Started Docker Application Container Engine.",
    'Nov 25 14:17:03 host dockerd[812]: time="2026-11-25T14:17:03Z" level=info msg="Loading '
    'containers: done."',
    'Nov 25 14:18:02 host dockerd[812]: time="2026-11-25T14:18:02Z" level=error msg="Handler for '
    'POST /v1.47/images/create returned error: Get \\"https://registry.example.com/v2/\\": '
    'dial tcp 192.0.2.7:443: connect: connection refused"',
])  # fmt: skip
DESCRIBE = """Events:
  Type     Reason     Age                From               Message
  ----     ------     ----               ----               -------
  Normal   Scheduled  40s                default-scheduler  Successfully assigned default/web to n1
  Normal   Pulling    20s (x2 over 39s)  kubelet            Pulling image "registry.example.com/a:1"
  Warning  Failed     20s (x2 over 39s)  kubelet            Failed to pull image "registry.example.com/a:1": rpc error: code = Unknown desc = failed to pull and unpack image "registry.example.com/a:1": failed to resolve reference "registry.example.com/a:1": failed to do request: Head "https://registry.example.com/v2/a/manifests/1": dial tcp 192.0.2.7:443: connect: connection refused
  Warning  Failed     20s (x2 over 39s)  kubelet            Error: ErrImagePull
  Normal   BackOff    5s (x2 over 38s)   kubelet            Back-off pulling image "registry.example.com/a:1"
  Warning  Failed     5s (x2 over 38s)   kubelet            Error: ImagePullBackOff
"""  # noqa: E501
COMPOSE = f"""[+] Pulling 1/2
 ✔ db Pulled 1.2s
 ✘ web Error {FAILURE.removeprefix("Error response from daemon: ")} 0.3s
{FAILURE}
"""
CRANE = f"""2026/11/25 14:17:02 --> GET https://registry.example.com/v2/
2026/11/25 14:17:02 <-- 401 https://registry.example.com/v2/ (12ms)
2026/11/25 14:17:02 --> GET https://auth.example.com/token?scope=repository%3Aa%3Apull
2026/11/25 14:17:02 <-- 200 https://auth.example.com/token (9ms)
Error: pulling registry.example.com/a:1: {FAILURE.removeprefix("Error response from daemon: ")}
"""
REGCTL = f"""time=2026-11-25T14:17:02Z level=DEBUG msg="regclient request" method=GET url=https://registry.example.com/v2/a/manifests/1
time=2026-11-25T14:17:02Z level=DEBUG msg="regclient response" status="401 Unauthorized"
failed to get manifest registry.example.com/a:1: {FAILURE.removeprefix("Error response from daemon: ")}
"""  # noqa: E501
LOGS = {"CI": CI, "journalctl": JOURNAL, "kubectl describe": DESCRIBE, "compose": COMPOSE,
        "crane": CRANE, "regctl": REGCTL}  # fmt: skip


@each("name", LOGS)
def test_the_failing_part_of_a_log_is_found(name: str) -> None:
    decoded = decode(LOGS[name])
    assert decoded.main
    line = LOGS[name].split("\n")[decoded.main.line.number - 1]
    assert "connection refused" in line
    assert decoded.verdict.candidates[0].cause.name == "port-closed"
    assert decoded.fact("host").startswith("registry.example.com")


def test_the_requests_before_a_failure_are_listed() -> None:
    found = [(one.method, one.url.split("?")[0], one.status) for one in requests(decode(CRANE))]
    assert found[:2] == [("GET", "https://registry.example.com/v2/", "401"),
                         ("GET", "https://auth.example.com/token", "200")]  # fmt: skip


def test_the_requests_of_regctl_are_listed() -> None:
    first = requests(decode(REGCTL))[0]
    assert (first.method, first.status) == ("GET", "401")


@each("case", CASES)
def test_a_failure_is_found_in_a_long_log(case: object) -> None:
    message = case.message.split("\n")[-1]  # type: ignore[attr-defined]
    alone, within = decode(message), decode("\n".join([*NOISE, *NOISE, message, *NOISE]))
    names = [one.cause.name for one in alone.verdict.candidates]
    assert [one.cause.name for one in within.verdict.candidates] == names
