"""The mapping as a file: read from beside the catalogue, and printed for the merchant to fill in."""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from fashionshop.importing.mapping import (
    CATEGORY,
    COLUMNS,
    DECIMAL,
    FILE,
    Decisions,
    choices,
    decisions_of,
)
from fashionshop.importing.rows import Question
from fashionshop.importing.slots import Slots
from fashionshop.importing.table import Table

SENTENCES = {
    CATEGORY: "No slot for {found!r} ({count}): choose one of {choices}.",
    "gender": "Nobody knows the gender {found!r} ({count}): choose one of {choices}.",
    "season": "Nobody knows the season {found!r} ({count}): choose one of {choices}.",
    DECIMAL: "Prices such as {found!r} can be read in two ways ({count}, left out):"
    " say what divides decimals, a comma or a point.",
}


def decisions_for(catalogue: Path, file: Path | None) -> Decisions:
    """Read the merchant's decisions from a file, or from `mapping.csv` beside the catalogue if any.

    Raises:
        BadMapping: a line says something that the shop does not know.
    """
    folder = catalogue if catalogue.is_dir() else catalogue.parent
    path = file or folder / FILE
    if file is None and not path.is_file():
        return Decisions()
    return decisions_of(record.cells for record in Table(path).records())


def open_questions(
    questions: Counter[Question], decisions: Decisions, *, categories: Iterable[str] = ()
) -> Counter[Question]:
    """What is still to be decided: without what is worn with nothing, known or chosen.

    The names of all `categories` show the language they are in.
    """
    slots = Slots(categories, chosen=decisions.of(CATEGORY))
    merged: Counter[Question] = Counter()
    for question, count in questions.items():
        if question.kind == DECIMAL:  # one answer holds for all prices
            example = next((each for each in merged if each.kind == DECIMAL), question)
            merged[example] += count
        elif question.kind != CATEGORY or slots.of(question.found) is None:
            merged[question] += count
    return merged


def sentence(question: Question, count: int) -> str:
    """Ask the merchant a question."""
    text = SENTENCES[question.kind]
    return text.format(
        found=question.found,
        count=f"{count:,} product{'s' if count > 1 else ''}",
        choices=choices(question.kind),
    )


def template(questions: Iterable[Question]) -> str:
    """The lines of a mapping that answers these questions, `means` to be filled in."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((question.kind, question.found, "") for question in questions)
    return buffer.getvalue()
