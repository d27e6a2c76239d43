"""All misconceptions that questions are made from, each as a mutant machine."""

from collections.abc import Mapping
from dataclasses import replace

from simulator.docker import events as e
from simulator.docker.events import Failure
from simulator.docker.trace import Machine, Trace
from simulator.questions.beliefs import (
    LOGIN_UNCHECKED,
    OTHER_TROUBLE,
    UNRESOLVED,
    absent,
    all_again,
    all_rights,
    at_home,
    cut_off,
    denied,
    final,
    heard,
    issued,
    layers_first,
    left_behind,
    named_at_once,
    never_stale,
    one_token,
    other_engine,
    own_layers,
    password_first,
    protected,
    still_authorized,
    telling,
    to_storage,
    token_after_pull,
    told_of_logout,
    unchecked,
    with_token,
)
from simulator.questions.mutant import (
    Mutant,
    each_state,
    each_step,
    evolving,
    leading,
    meaning,
    moving,
)
from simulator.registry.model import Auth
from simulator.scenarios.model import per_own_scenarios
from simulator.words.i18n import N_

KNOWN = (
    Mutant(
        "login-keeps-a-token",
        "what-is-stored",
        N_("docker login kept a token on this machine"),
        N_("here it keeps user name and password; the token of the login is forgotten."),
        rewrite=each_state(with_token),
    ),
    Mutant(
        "pull-keeps-its-token",
        "token-is-short-lived",
        N_("the token of a pull were kept for the next one"),
        N_("Docker holds a token in memory only; the next pull gets a new one."),
        rewrite=token_after_pull,
    ),
    Mutant(
        "login-is-not-checked",
        "credentials-are-checked-at-login",
        N_("docker login only wrote the credentials down, and the pull found out"),
        N_("docker login asks the registry first, and stores only what was accepted."),
        machine=LOGIN_UNCHECKED,
        when=(e.CredentialsEntered,),
    ),
    Mutant(
        "logout-tells-the-registry",
        "what-is-stored",
        N_("docker logout told the registry"),
        N_("here docker logout removes the entry from config.json and asks no server."),
        machine=Machine(moving(telling).next_move, told_of_logout, heard),
        when=(e.LogoutTyped,),
    ),
    Mutant(
        "login-token-opens-the-pull",
        "challenge-and-scope",
        N_("the token of the login also served for the pull"),
        N_("that token gives no right to any repository, and it is not kept; a pull gets its own."),
        rewrite=one_token,
    ),
    Mutant(
        "401-is-final",
        "challenge-and-scope",
        N_("a 401 meant that the password is wrong"),
        N_("the first 401 is a challenge: it says how and where to authenticate."),
        machine=meaning(final),
        when=(e.Challenged,),
    ),
    Mutant(
        "refused-at-home",
        "challenge-and-scope",
        N_("Docker itself refused to pull without a login"),
        N_(
            "Docker still asks, as an anonymous user. Anonymous users may pull public repositories."
        ),
        machine=replace(leading({}), next_move=moving(at_home).next_move),
        when=(e.CredentialMissing,),
    ),
    Mutant(
        "password-goes-first",
        "challenge-and-scope",
        N_("the first message of a pull carried the password"),
        N_("Docker sends no credentials before the registry has said which kind it wants."),
        rewrite=password_first,
    ),
    Mutant(
        "proof-follows-redirect",
        "challenge-and-scope",
        N_("the credentials followed a redirect to another host"),
        N_(
            "Docker sends no credentials of the registry there; the address alone gives access to "
            "the blob."
        ),
        rewrite=each_step(to_storage),
    ),
    Mutant(
        "token-is-for-ever",
        "token-is-short-lived",
        N_("a token lasted until logout"),
        N_("the token service says for how long it is valid: often for some minutes."),
        rewrite=issued(lifetime=None),
    ),
    Mutant(
        "token-opens-all",
        "challenge-and-scope",
        N_("a token gave access to every repository"),
        N_("a token gives only the rights that were asked for and granted."),
        rewrite=issued(access=("repository:*:pull",)),
    ),
    Mutant(
        "fetcher-has-the-token",
        "engines-differ",
        N_("one token served the whole pull"),
        N_(
            "this engine forgets the token once the tag is resolved. The download starts "
            "without one."
        ),
        machine=evolving(still_authorized),
        when=(e.Resolved,),
    ),
    Mutant(
        "engines-are-alike",
        "engines-differ",
        N_("this engine went the way of the other one"),
        N_("engines ask in different orders and say different things."),
        engine=other_engine,
    ),
    Mutant(
        "registry-takes-the-password",
        "basic-vs-bearer",
        N_("the registry took the password itself"),
        N_("this registry wants a token; only its token service sees the password."),
        world=protected(Auth.BEARER, Auth.BASIC),
    ),
    Mutant(
        "tokens-everywhere",
        "basic-vs-bearer",
        N_("every registry worked with tokens"),
        N_("with Basic authentication there is no token: the password goes along each time."),
        world=protected(Auth.BASIC, Auth.BEARER),
    ),
    Mutant(
        "never-stale",
        "credentials-are-checked-at-login",
        N_("credentials that were right at login stayed right"),
        N_("Docker stores a copy of the password; when the password changes, the copy is wrong."),
        world=never_stale,
    ),
    Mutant(
        "login-opens-all",
        "not-found-vs-denied",
        N_("every user who can log in could pull everything"),
        N_("a login checks your credentials only; the right to pull is checked at the pull."),
        world=all_rights,
    ),
    Mutant(
        "denied-means-absent",
        "not-found-vs-denied",
        N_("“denied” meant that the image does not exist"),
        N_(
            "this registry answers “not found” to an account with the right, and “denied” to one"
            " without."
        ),
        machine=meaning(absent),
        when=(e.AccessDenied, e.ManifestUnknown),
    ),
    Mutant(
        "always-the-password",
        "one-message-many-causes",
        N_("every failure were a matter of credentials"),
        N_("here the credentials were accepted; the cause is something else."),
        machine=meaning(denied),
        when=OTHER_TROUBLE,
    ),
    Mutant(
        "layers-before-manifest",
        "manifest-before-layers",
        N_("the layers came before the manifest"),
        N_("only the manifest says which layers there are, so Docker cannot ask for them before."),
        rewrite=layers_first,
    ),
    Mutant(
        "tag-is-enough",
        "digest-verification",
        N_("the tag itself were downloaded"),
        N_("the tag is first resolved to a digest; from there on everything goes by digest."),
        machine=UNRESOLVED,
    ),
    Mutant(
        "digests-are-not-checked",
        "digest-verification",
        N_("Docker did not check the content that arrives"),
        N_("each blob is hashed, and one whose digest is wrong ends the pull."),
        machine=meaning(unchecked),
        when=(e.DigestMismatch,),
    ),
    Mutant(
        "downloads-again",
        "layers-are-shared",
        N_("a pull always downloaded the whole image"),
        N_("Docker does not download digests again that the image store holds."),
        machine=moving(all_again),
        when=(e.LayersPlanned, e.AlreadyUpToDate),
    ),
    Mutant(
        "layers-of-its-own",
        "layers-are-shared",
        N_("each image had layers of its own"),
        N_("a layer is known by its digest: images that share a base share its layers."),
        machine=moving(own_layers),
        when=(e.LayersPlanned,),
    ),
    Mutant(
        "image-by-layer",
        "image-comes-last",
        N_("the image appeared with its first layer"),
        N_("blobs wait without a name; the image gets its name when all of them are right."),
        machine=evolving(named_at_once),
        when=(e.BlobReceived,),
    ),
    Mutant(
        "failure-leaves-an-image",
        "image-comes-last",
        N_("a failed pull left an image behind"),
        N_("an image is named only once all of it is here; a pull that breaks off names none."),
        machine=evolving(left_behind),
        when=(Failure,),
    ),
    Mutant(
        "cut-is-the-end",
        "digest-verification",
        N_("a broken connection ended the pull"),
        N_("the engine asks for the rest by range; the digest tells whether the whole is right."),
        machine=meaning(cut_off),
        when=(e.DownloadCut,),
    ),
)
MUTANTS: Mapping[str, Mutant] = {mutant.name: mutant for mutant in KNOWN}
"""By name."""


@per_own_scenarios
def imagined(mutant: str, scenario: str, engine: str) -> Trace:
    """What this mutant makes of a scenario."""
    return MUTANTS[mutant].run(scenario, engine)
