"""A learner's client of the sessions, as thin as can be."""



from simulator.live import view
from simulator.live.coach import Hint, hint
from simulator.live.observer.observe import observe
from simulator.live.sessions import Sessions
from simulator.live.trouble import known
from simulator.protocol.authorization import Authorization
from simulator.protocol.message import Request, Response
from simulator.registry.asgi import Client
from simulator.views.sentences import faults

HOST = "127.0.0.1:8501"
DOCKER = "docker/20.10.24+dfsg1 go/go1.19.8 os/linux arch/amd64"
LATER = 1e9
"""When everything has been silent for long."""


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Learner:
    """A client of the sessions, as thin as can be."""

    def __init__(self, sessions: Sessions, where: str = "127.0.0.1", agent: str = DOCKER) -> None:
        self.sessions, self.where, self.agent = sessions, where, agent
        self.connection = ""
        self.session, self.password = sessions.open(where)

    @property
    def name(self) -> str:
        return self.session.name

    def ask(
        self, method: str, path: str, proof: Authorization | None = None, host: str = HOST
    ) -> Response:
        sent = (("User-Agent", self.agent),)
        request = Request(method, f"http://{host}{path}", sent, proof)
        delivery = self.sessions.answer(request, Client(self.where, self.connection))
        delivery.done(True)
        return delivery.response

    def token(self, password: str = "", scope: str = "", user: str = "") -> str:
        proof = Authorization.basic(user or self.name, password or self.password)
        query = f"?scope={scope}" if scope else "?account=x"
        answer = self.ask("GET", f"/token{query}", proof).json()
        assert isinstance(answer, dict)
        return str(answer.get("token", ""))

    def login(self, password: str = "", host: str = HOST, user: str = "") -> int:
        self.ask("GET", "/v2/", host=host)
        proof = Authorization.basic(user or self.name, password or self.password)
        answer = self.ask("GET", "/token?account=x&service=pullscope", proof, host)
        if answer.status != 200:
            return answer.status
        token = answer.json()["token"]  # type: ignore[index]
        return self.ask("GET", "/v2/", Authorization.bearer(token), host).status

    def pull(self, image: str = "app", tag: str = "1.0", host: str = HOST) -> int:
        """As Docker 26 does, with what it was given; the status of the last answer."""
        repository = image if "/" in image else f"{self.name}/{image}"
        self.ask("GET", "/v2/", host=host)
        token = self.token(scope=f"repository:{repository}:pull")
        if not token:
            return 401
        bearer = Authorization.bearer(token)
        path = f"/v2/{repository}/manifests/{tag}"
        answer = self.ask("GET", path, bearer, host)
        document = answer.json()
        if answer.status != 200 or not isinstance(document, dict):
            return answer.status
        status = 200
        for blob in (document["config"], *document["layers"]):
            status = self.ask("GET", f"/v2/{repository}/blobs/{blob['digest']}", bearer).status
        return status

    def events(self, later: float = 1.0) -> list[str]:
        now = self.sessions.clock() + later
        runs = observe(tuple(self.session.seen), now, known)
        return [step.name for run in runs for step in run.trace.steps]

    def hint(self, host: str = HOST, later: float = 1.0) -> str:
        return self.hinted(host, later).text

    def hinted(self, host: str = HOST, later: float = 1.0) -> Hint:
        """The hint that is shown, whose claims hold."""
        found = hint(view.facts(self.session, host, self.sessions.clock() + later))
        assert not found.name or not list(faults(found.variants, found)), found.text
        return found
