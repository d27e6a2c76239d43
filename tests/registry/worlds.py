"""The registry that the tests serve."""



from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Fault, Registry, User

USERS = {"alice": User("s3cret", ("myimage", "team/*"))}


def registry(auth: Auth, *faults: Fault) -> Registry:
    return Registry(
        auth=auth, realm="Private", repositories=repositories(), users=USERS, faults=faults
    )
