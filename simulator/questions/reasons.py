"""Why a value is what it is, and why it is not another one.

Each sentence is chosen by facts of the step at which it is shown, and is general where it says
what Docker does: so it holds in every run in which it is chosen.
"""

from simulator.docker import events as e
from simulator.docker.cli.commands import Login, Logout
from simulator.docker.machine import Phase
from simulator.docker.trace import Step
from simulator.questions.acts import (
    LOGIN_SERVICE,
    MIRROR,
    NO_PROOF,
    PASSWORD,
    REGISTRY,
    STORAGE,
    TOKEN,
    proof,
    role,
)
from simulator.questions.model import Says
from simulator.views import facts
from simulator.words.i18n import _


def right(why: str) -> str:
    return _("Right. {why}").format(why=why)


def why(feedback: str) -> str:
    """The reason in what `right` made."""
    return feedback.removeprefix(_("Right. {why}").partition("{")[0])


# -- which credentials a request carries --------------------------------------------------------


def proven_so(step: Step) -> str:
    carried = proof(step)
    if carried == NO_PROOF:
        return why_none(step)
    if carried == TOKEN:
        return _("The registry asked for a token, and the token service has issued this one.")
    if role(step) == REGISTRY:
        return _("This registry asked for Basic: it takes user name and password itself.")
    if role(step) == MIRROR:
        return _("The mirror asked for Basic, and Docker 26 sends it the login for Docker Hub.")
    return _("The token service checks user name and password, and issues a token for them.")


def why_none(step: Step) -> str:
    if role(step) == STORAGE:
        return _(
            "The address that the registry gave is enough for the layer. Docker sends another host "
            "no credentials for this registry."
        )  # fmt: skip
    if role(step) == LOGIN_SERVICE:
        return _("This request is about a code to confirm in the browser; it needs no credentials.")
    if not facts.account(step):
        return _("Docker has no credentials for this registry, so it asks without any.")
    if role(step) == MIRROR and not step.after.profile.pings:
        return _("Docker 29 sends a mirror no login of the registry.")
    if begins_anew(step):
        return _("This engine begins the download without the credentials that it used for the "
                 "tag, and is asked again.")  # fmt: skip
    return _("Docker sends no credentials before it has been asked for them with a 401.")


def begins_anew(step: Step) -> bool:
    """The download is asked for credentials again, after the tag was answered with them."""
    return isinstance(step.event, e.Challenged) and bool(step.before.run.image.resolved)


def not_carried(step: Step, says: Says) -> str:
    if says == NO_PROOF:
        return _("Docker has been asked for credentials, and sends them here.")
    if proof(step) == NO_PROOF:
        return why_none(step)
    if says == PASSWORD:
        return _("This registry asked for a token. The password goes to the token service alone.")
    if role(step) in (REGISTRY, MIRROR):
        return _("Basic was asked for here, so there are no tokens.")
    return _("The token is what Docker asks for here; it does not have it yet.")


# -- what is stored -----------------------------------------------------------------------------


def stored_so(step: Step) -> str:
    command, kept = step.after.run.command, facts.stored(step)
    if isinstance(command, Logout):
        return _("docker logout removes the stored credentials.")
    if not isinstance(command, Login):
        return left_alone(step)
    if isinstance(step.event, e.StoreFailed | e.HelperFailed):
        return _("The registry accepted the credentials, but Docker could not store them.")
    if step.after.phase is Phase.FAILED:
        return _("The login failed. docker login stores only what the registry accepted.")
    return (
        _("docker login stores the user name and the password that the registry did not refuse.")
        if kept
        else _("Nothing was stored by this command.")
    )


def left_alone(step: Step) -> str:
    command = facts.command(step)
    if facts.stored(step):
        told = _("They come from an earlier docker login; {command} does not change them.")
    else:
        told = _("There is no login to this registry here, and {command} stores nothing.")
    return told.format(command=command)


def not_stored(step: Step, says: Says) -> str:
    if says == TOKEN:
        return _("A token stays in Docker's memory. It is gone when the command ends.")
    return stored_so(step)


# -- what a token opens -------------------------------------------------------------------------


def opened_so(step: Step) -> str:
    assert isinstance(step.event, e.TokenIssued)
    if step.event.access:
        return _("The token is for what Docker asked for and the token service granted, and the "
                 "service says for how many seconds.")  # fmt: skip
    if isinstance(step.after.run.command, Login):
        return _("docker login asks for no repository, so its token gives access to none.")
    return _(
        "The token service issues a token even if it grants no right; such a token gives no access."
    )


def not_opened(step: Step, _says: Says) -> str:
    told = _("This token does not give that. {why}")
    return told.format(why=opened_so(step))


# -- what a pull brings -------------------------------------------------------------------------


def listed_so(step: Step) -> str:
    failed, there = step.after.phase is Phase.FAILED, facts.image_named(step)
    if isinstance(step.event, e.PlatformMismatched):
        return _("Docker stored the image, and only then saw that it is for another platform. The "
                 "command fails, and the image stays.")  # fmt: skip
    if there and failed:
        return _("It was here before, and a command that fails takes nothing away.")
    if there:
        return _("Its config and all its layers are here and verified, so it has its name.")
    return _("The command ended before everything was here, so no image got this name.")


def meanwhile_so(step: Step) -> str:
    if facts.image_named(step):
        return _("It was here before, and keeps its name until the new one is complete.")
    return _("An image gets its name when its config and all its layers are here and verified.")


def not_listed(step: Step, says: Says) -> str:
    if says == "A part of the image":
        return _("docker images lists whole images only. Layers that have arrived have no name.")
    ended = step.after.phase in (Phase.READY, Phase.DONE, Phase.FAILED)
    return listed_so(step) if ended else meanwhile_so(step)


def planned_so(step: Step) -> str:
    assert isinstance(step.event, e.LayersPlanned)
    if step.event.present:
        return _("Docker compares digests. What the image store holds is not downloaded again.")
    return _("The image store holds none of these digests, so all are downloaded.")


def not_planned(step: Step, _says: Says) -> str:
    return planned_so(step)
