"""Small defects that could be in a source file, each as another text of it.

Tools that make mutants of Python leave text alone or spoil it as a whole; here much that decides what
a shopper sees is SQL in text, so defects are put in there, too.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

OPERATORS = {
    **{ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "=="},
    **{ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is"},
    **{ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.FloorDiv: "*", ast.Mod: "*"},
    **{ast.BitOr: "&", ast.BitAnd: "|", ast.And: "or", ast.Or: "and"},
}
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any", "filter": "exclude"}
NAMES |= {"exclude": "filter", "first": "last", "last": "first"}
IS_SQL = re.compile(r"\b(SELECT|WHERE|ORDER BY|UPDATE|JOIN|CASE|THEN|COALESCE|PARTITION)\b")
IN_SQL = {
    **{" AND ": " OR ", " OR ": " AND ", " DESC": " ASC", " <= ": " < ", " >= ": " > "},
    **{" < ": " <= ", " > ": " >= ", " = ": " <> ", " <> ": " = ", " + ": " - ", " - ": " + "},
    **{" * ": " / ", "NOT ": "", "LEFT JOIN": "JOIN", "min(": "max(", "max(": "min("},
    **{"greatest(": "least(", "least(": "greatest(", "IS NULL": "IS NOT NULL"},
}


@dataclass(frozen=True)
class Defect:
    """A change of one place; `before` and `after` are the line of it."""

    path: str
    line: int
    before: str
    after: str
    text: str

    @property
    def key(self) -> str:
        return f"{self.path}: {self.before} → {self.after}"


def defects(path: str, source: str) -> list[Defect]:
    """Every defect that compiles, in the order of the file."""
    data = source.encode()
    starts = [0]
    for line in data.split(b"\n"):
        starts.append(starts[-1] + len(line) + 1)
    made = []
    for line, column, end_line, end_column, new in _changes(ast.parse(source), source):
        at, until = starts[line - 1] + column, starts[end_line - 1] + end_column
        made.append(_defect(path, data, at=at, until=until, new=new))
    return [one for one in sorted(made, key=lambda one: one.line) if _compiles(one.text)]


def _defect(path: str, data: bytes, *, at: int, until: int, new: str) -> Defect:
    text = data[:at] + new.encode() + data[until:]
    start = data.rfind(b"\n", 0, at) + 1
    before = data[start : _line_end(data, until)]
    after = text[start : _line_end(text, at + len(new.encode()))]
    number = data[:at].count(b"\n") + 1
    return Defect(path, number, _one_line(before), _one_line(after), text.decode())


def _line_end(data: bytes, at: int) -> int:
    end = data.find(b"\n", at)
    return len(data) if end < 0 else end


def _one_line(data: bytes) -> str:
    return " ".join(data.decode().split())


def _compiles(text: str) -> bool:
    try:
        compile(text, "<defect>", "exec")
    except SyntaxError:
        return False
    return True


Change = tuple[int, int, int, int, str]  # from line and column, to line and column, the new text


def _changes(tree: ast.Module, source: str) -> Iterator[Change]:  # noqa: PLR0912 -- a table
    left_alone = _docstrings(tree) | _decorators_and_annotations(tree)
    for node in ast.walk(tree):
        if id(node) in left_alone:
            continue
        match node:
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                yield _between(left, right, OPERATORS[type(op)])
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                yield _between(left, right, OPERATORS[type(op)])
            case ast.BoolOp(op=op, values=[left, right, *_more]):
                yield _between(left, right, OPERATORS[type(op)])
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                yield node.lineno, node.col_offset, operand.lineno, operand.col_offset, ""
            case ast.Return(value=ast.expr() as value) if ast.unparse(value) != "None":
                yield *_span(value), "None"
            case ast.If(test=test) | ast.IfExp(test=test):
                yield *_span(test), f"(not ({ast.get_source_segment(source, test)}))"
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in NAMES:
                yield node.end_lineno, node.end_col_offset - len(name), *_end(node), NAMES[name]
            case ast.Constant(value=bool() as value):
                yield *_span(node), str(not value)
            case ast.Constant(value=int() | float() as value):
                yield *_span(node), repr(value + 1)
            case ast.Constant(value=str()) | ast.JoinedStr():
                yield from _in_text(node, ast.get_source_segment(source, node) or "")


def _docstrings(tree: ast.Module) -> set[int]:
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def _decorators_and_annotations(tree: ast.Module) -> set[int]:
    """A defect in these keeps a file from being imported, or is for mypy to find."""
    return {
        id(part)
        for node in ast.walk(tree)
        for field in ("decorator_list", "annotation", "returns")
        for side in _listed(getattr(node, field, None))
        for part in ast.walk(side)
    }


def _listed(side: ast.AST | list[ast.AST] | None) -> list[ast.AST]:
    return side if isinstance(side, list) else [side] if side else []


def _span(node: ast.AST) -> tuple[int, int, int, int]:
    return node.lineno, node.col_offset, *_end(node)


def _end(node: ast.AST) -> tuple[int, int]:
    return node.end_lineno, node.end_col_offset


def _between(left: ast.expr, right: ast.expr, new: str) -> Change:
    return *_end(left), right.lineno, right.col_offset, f" {new} "


def _in_text(node: ast.expr, text: str) -> Iterator[Change]:
    if not IS_SQL.search(text):
        return
    for old, new in IN_SQL.items():
        for found in re.finditer(re.escape(old), text):
            above, _newline, beside = text[: found.start()].rpartition("\n")
            line = node.lineno + text[: found.start()].count("\n")
            first = len(beside.encode()) + (0 if above or _newline else node.col_offset)
            yield line, first, line, first + len(old.encode()), new
