"""What PostgreSQL did for a statement, read from its plan: a tree of nodes."""


def plan_of(cursor, sql, params):
    """Run a statement and return its plan; a node that never ran has no loops."""
    below = cursor.cursor  # else a wrapper that explains would explain this, too
    below.execute(f"EXPLAIN (ANALYZE, COSTS OFF, FORMAT JSON) {sql}", params)
    ((answer,),) = below.fetchall()
    return answer[0]["Plan"]


def nodes(plan):
    """A node and all below it."""
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def table_of(plan, name):
    """The plan of one common table of the statement."""
    return next(node for node in nodes(plan) if node.get("Subplan Name") == f"CTE {name}")


def reads_vectors(plan):
    """Whether the table of vectors was read, of those plans that could have read it."""
    scans = [node for node in nodes(plan) if node.get("Relation Name") == "recommender_embedding"]
    assert scans
    return any(node["Actual Loops"] for node in scans)


def indexes_in(plan):
    return {node["Index Name"] for node in nodes(plan) if "Index Name" in node}
