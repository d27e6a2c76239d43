"""QTI 1.2 as Canvas imports it: a zip with the questions, what Canvas keeps beside them, and a
manifest of the two files.

The elements are those of the IMS Question & Test Interoperability 1.2 binding; `assessment_meta`
is Canvas's own (its "Common Cartridge" extensions).
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from xml.etree.ElementTree import Element, SubElement, indent, tostring
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from simulator.export import gift
from simulator.export.item import Asked, Choice, Item, body, html, named

QTI = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
CARTRIDGE = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
CANVAS = "http://canvas.instructure.com/xsd/cccv1p0"
EXTENSION = "associatedcontent/imscc_xmlv1p1/learning-application-resource"
RESPONSE = {"ident": "response1", "rcardinality": "Single"}
GENERAL = "general_fb"
"""The feedback that is shown whatever was chosen."""


def write(items: Sequence[Item], title: str) -> bytes:
    """The zip. The same questions give the same bytes."""
    asked = [(item, part) for item in items for part in item.parts]
    questions = assessment(asked, title)
    name = f"pullscope_{sha256(tostring(questions)).hexdigest()[:32]}"
    questions[0].set("ident", name)
    return zipped({
        "imsmanifest.xml": manifest(name),
        f"{name}/{name}.xml": questions,
        f"{name}/assessment_meta.xml": meta(name, title, len(asked)),
    })  # fmt: skip


def zipped(files: Mapping[str, Element]) -> bytes:
    """These documents, with the earliest date that a zip can hold in place of today's."""
    kept = io.BytesIO()
    with ZipFile(kept, "w", ZIP_DEFLATED) as archive:
        for name, root in files.items():
            indent(root)
            text = f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, "unicode")}\n'
            archive.writestr(ZipInfo(name), text.encode(), ZIP_DEFLATED)
    return kept.getvalue()


def texts(parent: Element, values: Mapping[str, str]) -> None:
    """A child with this text for each name."""
    for name, value in values.items():
        SubElement(parent, name).text = value


# -- the questions ------------------------------------------------------------------------------


def assessment(asked: Sequence[tuple[Item, Asked]], title: str) -> Element:
    root = Element("questestinterop", xmlns=QTI)
    test = SubElement(root, "assessment", title=title)
    metadata(test, {"cc_maxattempts": "1"})
    section = SubElement(test, "section", ident="root_section")
    section.extend(question(item, part) for item, part in asked)
    return root


def metadata(parent: Element, fields: Mapping[str, str]) -> None:
    held = SubElement(parent, "qtimetadata")
    for name, value in fields.items():
        field = SubElement(held, "qtimetadatafield")
        texts(field, {"fieldlabel": name, "fieldentry": value})


def question(item: Item, part: Asked) -> Element:
    """One choice of an item, with feedback for each option and the last hint as general one."""
    name = named(item, part)
    known = {f"{name}-{place}".replace(" ", "-"): one for place, one in enumerate(part.choices, 1)}
    made = Element("item", ident=name.replace(" ", "-"), title=name)
    metadata(SubElement(made, "itemmetadata"), {
        "question_type": "multiple_choice_question",
        "points_possible": "1",
        "original_answer_ids": ",".join(known),
    })  # fmt: skip
    presentation = SubElement(made, "presentation")
    material(presentation, body(item, part))
    options = SubElement(SubElement(presentation, "response_lid", RESPONSE), "render_choice")
    for ident, choice in known.items():
        material(SubElement(options, "response_label", ident=ident), paragraph(choice.text))
    made.append(processing(known, bool(item.hints)))
    if item.hints:
        feedback(made, GENERAL, item.hints[-1])
    for ident, choice in known.items():
        feedback(made, f"{ident}_fb", choice.feedback)
    return made


def processing(known: Mapping[str, Choice], hinted: bool) -> Element:
    """The feedback after each choice, and which one scores."""
    made = Element("resprocessing")
    score = {"maxvalue": "100", "minvalue": "0", "varname": "SCORE", "vartype": "Decimal"}
    SubElement(SubElement(made, "outcomes"), "decvar", score)
    if hinted:
        general = SubElement(made, "respcondition", {"continue": "Yes"})
        SubElement(SubElement(general, "conditionvar"), "other")
        shown(general, GENERAL)
    for ident in known:
        shown(condition(made, ident, "Yes"), f"{ident}_fb")
    for ident, choice in known.items():
        if choice.right:
            scores = condition(made, ident, "No")
            SubElement(scores, "setvar", action="Set", varname="SCORE").text = "100"
    return made


def condition(parent: Element, ident: str, goes_on: str) -> Element:
    """What holds where this option was chosen."""
    made = SubElement(parent, "respcondition", {"continue": goes_on})
    chosen = SubElement(SubElement(made, "conditionvar"), "varequal", respident=RESPONSE["ident"])
    chosen.text = ident
    return made


def shown(parent: Element, name: str) -> None:
    SubElement(parent, "displayfeedback", feedbacktype="Response", linkrefid=name)


def feedback(parent: Element, name: str, text: str) -> None:
    made = SubElement(parent, "itemfeedback", ident=name)
    material(SubElement(made, "flow_mat"), paragraph(text))


def material(parent: Element, markup: str) -> None:
    SubElement(SubElement(parent, "material"), "mattext", texttype="text/html").text = markup


def paragraph(text: str) -> str:
    return f"<p>{html(text)}</p>".replace("\n", "<br>")


# -- beside the questions -----------------------------------------------------------------------


def meta(name: str, title: str, points: int) -> Element:
    """The quiz and its assignment as Canvas keeps them; what is not said is Canvas's default."""
    quiz = Element("quiz", identifier=name, xmlns=CANVAS)
    texts(quiz, {
        "title": title, "description": "", "shuffle_answers": "true",
        "scoring_policy": "keep_highest", "quiz_type": "assignment",
        "points_possible": str(points), "show_correct_answers": "true", "allowed_attempts": "1",
        "available": "false",
    })  # fmt: skip
    assignment = SubElement(quiz, "assignment", identifier=f"{name}_assignment")
    texts(assignment, {
        "title": title, "workflow_state": "unpublished", "quiz_identifierref": name,
        "points_possible": str(points), "grading_type": "points",
        "submission_types": "online_quiz", "position": "1",
    })  # fmt: skip
    return quiz


def manifest(name: str) -> Element:
    """The two files, and that the second belongs to the first."""
    root = Element("manifest", identifier=f"{name}_manifest", xmlns=CARTRIDGE)
    texts(SubElement(root, "metadata"), {"schema": "IMS Content", "schemaversion": "1.1.3"})
    SubElement(root, "organizations")
    resources = SubElement(root, "resources")
    questions = SubElement(resources, "resource", identifier=name, type="imsqti_xmlv1p2")
    SubElement(questions, "file", href=f"{name}/{name}.xml")
    SubElement(questions, "dependency", identifierref=f"{name}_meta")
    beside = f"{name}/assessment_meta.xml"
    kept = SubElement(
        resources, "resource", identifier=f"{name}_meta", type=EXTENSION, href=beside
    )
    SubElement(kept, "file", href=beside)
    return root


def lacks(items: Sequence[Item]) -> Iterator[tuple[int, str]]:
    """The same as GIFT: choices alone."""
    yield from gift.lacks(items)
