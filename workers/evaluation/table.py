"""The figures of one run as a plain table, the checkpoint first, its baselines under it."""

from typing import Any

SENTENCES = {
    "type_p5": "Similar: {:.1%} of the first 5 have the same product type.\n",
    "class_p5": "Similar: {:.1%} of the first 5 are of the same class.\n",
}
WIDEST = 24  # class names in a confusion


def table(result: dict[str, Any], *, task: str) -> str:
    """Lay out a result of `workers.evaluation`, ending in a sentence where there is one."""
    rows = _rows({"checkpoint": result[task], **result["baselines"]})
    columns = list(dict.fromkeys(name for _, figures in rows for name in figures))
    width = max(len(name) for name, _ in rows)
    head = " " * width + "".join(f"{column:>16}" for column in columns)
    body = [
        f"{name:<{width}}" + "".join(_cell(figures.get(c)) for c in columns)
        for name, figures in rows
    ]
    said = [
        text.format(result[task][key]) for key, text in SENTENCES.items() if key in result[task]
    ]
    return "\n".join([head, *body]) + "\n" + "".join(said)


def details(result: dict[str, Any]) -> str:
    """Lay out what a table of figures has no room for: paired differences, each class."""
    paired = [
        f"{ground}: checkpoint - {rival}: {', '.join(_differences(found))}\n"
        for key, rival in (("paired", "cosine"), ("paired_with_pairs", "mean of pairs"))
        for ground, found in result.get(key, {}).items()
    ]
    classes = result.get("classification", {}).get("per_class", {})
    lines = [
        f"{name[:WIDEST]:<{WIDEST}} precision {of['precision']:.2f}  recall {of['recall']:.2f}"
        f"  items {of['items']}\n"
        for name, of in classes.items()
    ]
    left_out = [
        f"{ground}: {count} questions left out: a product has no picture here\n"
        for ground, count in result.get("left_out", {}).items()
        if count
    ]
    return "".join([*paired, *left_out, *lines, _fairness(result)])


def _fairness(result: dict[str, Any]) -> str:
    """Confirm that hard questions are fair; the run's warnings say it where they are not."""
    if "hard" not in result.get("compatibility", {}) or result.get("warnings"):
        return ""
    return "Families alone are at chance on the hard questions, as they should be.\n"


def _differences(found: dict[str, Any]) -> list[str]:
    said = [
        "{} {:+.3f} [{:+.3f}, {:+.3f}]".format(name, found[name], *found[f"{name}_interval"])
        for name in ("fitb", "auc")
        if name in found
    ]
    return said + ([f"McNemar p {found['mcnemar_p']:.2g}"] if "mcnemar_p" in found else [])


def _rows(groups: dict[str, dict[str, Any]]) -> list[tuple[str, dict[str, float]]]:
    """Flatten nested figures: a dictionary inside a group becomes a row of its own."""
    rows: list[tuple[str, dict[str, float]]] = []
    for name, figures in groups.items():
        plain = {key: value for key, value in figures.items() if isinstance(value, float)}
        nested = {key: value for key, value in figures.items() if isinstance(value, dict)}
        if plain:
            rows.append((name, plain))
        rows += [
            (f"{name}, {key}", {k: v for k, v in value.items() if isinstance(v, float)})
            for key, value in nested.items()
        ]
    return [(name, figures) for name, figures in rows if figures]


def _cell(value: float | None) -> str:
    return " " * 16 if value is None else f"{value:>16.3f}"
