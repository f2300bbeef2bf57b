"""The figures of one run as a plain table, the checkpoint first, its baselines under it."""

from typing import Any

SENTENCES = {
    "type_p5": "Similar: {:.1%} of the first 5 have the same product type.\n",
}


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
    return rows


def _cell(value: float | None) -> str:
    return " " * 16 if value is None else f"{value:>16.3f}"
