"""The GraphQL of the stand-in of Shopify: questions are checked and carried out against its schema by a library.

The schema beside this holds what is asked, with the types of Shopify's documentation; a field that is not in it is
refused. The cost is the documented one: an object is one point, a connection two and as many of its nodes as are asked.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    IntValueNode,
    SelectionSetNode,
    VariableNode,
    build_schema,
    get_named_type,
    graphql_sync,
    is_leaf_type,
    is_object_type,
    parse,
)

SCHEMA = build_schema(Path(__file__).with_name("shopify_schema.graphql").read_text())
LARGEST_PAGE = 250

Node = Mapping[str, Any]


def page_of(
    nodes: Sequence[Node], first: int | None, after: str | None, name: Callable[[Node], str]
) -> dict[str, Any]:
    """A connection's page: `first` is needed, and a cursor must be of a node that is there."""
    if first is None:
        raise GraphQLError("you must provide one of first or last")
    if not 0 < first <= LARGEST_PAGE:
        raise GraphQLError(f"first is {first}; it must be from 1 to {LARGEST_PAGE}")
    start = 0
    if after is not None:
        known = base64.b64decode(after).decode()
        places = [place for place, node in enumerate(nodes) if name(node) == known]
        if not places:
            raise GraphQLError("Invalid cursor for current pagination sort.")
        start = places[0] + 1
    shown = list(nodes[start : start + first])
    return {
        "nodes": shown,
        "pageInfo": {
            "hasNextPage": start + first < len(nodes),
            "hasPreviousPage": start > 0,
            "startCursor": _cursor(shown[0], name) if shown else None,
            "endCursor": _cursor(shown[-1], name) if shown else None,
        },
    }


def _cursor(node: Node, name: Callable[[Node], str]) -> str:
    return base64.b64encode(name(node).encode()).decode()


def connect(nodes: Sequence[Node]) -> Callable[..., dict[str, Any]]:
    """The resolver of a connection whose nodes go by their ids."""

    def resolve(info: object, first: int | None = None, after: str | None = None, **_: Any) -> dict[str, Any]:
        return page_of(nodes, first, after, lambda node: str(node["id"]))

    return resolve


def execute(question: Mapping[str, Any], root: Mapping[str, Any], dearest: int) -> dict[str, Any]:
    """What Shopify answers to a question."""
    variables = question.get("variables") or {}
    try:
        document = parse(question["query"])
    except GraphQLError as error:
        return {"errors": [{"message": error.message}]}
    told = graphql_sync(SCHEMA, question["query"], root, variable_values=variables)
    answer = dict(told.formatted)
    if told.data is None and told.errors:
        return answer
    cost = find_cost(document, variables)
    if cost > dearest:
        said = f"Query cost is {cost}, which exceeds the single query max cost limit ({dearest})."
        return {"errors": [{"message": said, "extensions": {"code": "MAX_COST_EXCEEDED"}}]}
    bucket = {"maximumAvailable": 2000.0, "currentlyAvailable": 2000 - cost, "restoreRate": 100.0}
    answer["extensions"] = {
        "cost": {"requestedQueryCost": cost, "actualQueryCost": cost, "throttleStatus": bucket}
    }
    return answer


def find_cost(document: DocumentNode, variables: Mapping[str, Any]) -> int:
    """What a question costs at most; a list that is no connection counts as one object."""
    fragments = {
        each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
    }
    query = SCHEMA.query_type
    assert query is not None
    (operation,) = (each for each in document.definitions if not isinstance(each, FragmentDefinitionNode))
    return _Pricing(SCHEMA, fragments, variables).price(operation.selection_set, query)  # type: ignore[attr-defined]


class _Pricing:
    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, Any],
    ) -> None:
        self._schema, self._fragments, self._variables = schema, fragments, variables

    def price(self, selections: SelectionSetNode, owner: GraphQLObjectType) -> int:
        """What the selected fields of an object come to."""
        cost = 0
        for each in selections.selections:
            if isinstance(each, FragmentSpreadNode):
                cost += self.price(self._fragments[each.name.value].selection_set, owner)
            elif isinstance(each, FieldNode):
                cost += self._price_field(each, owner)
        return cost

    def _price_field(self, field: FieldNode, owner: GraphQLObjectType) -> int:
        kind = get_named_type(owner.fields[field.name.value].type)
        if is_leaf_type(kind) or field.selection_set is None or not is_object_type(kind):
            return 0
        inside = self.price(field.selection_set, kind)
        if kind.name.endswith("Connection"):
            return 2 + self._find_first(field) * inside
        return 0 if kind.name == "PageInfo" else 1 + inside

    def _find_first(self, field: FieldNode) -> int:
        (value,) = (each.value for each in field.arguments or () if each.name.value == "first")
        if isinstance(value, VariableNode):
            return int(self._variables[value.name.value])
        assert isinstance(value, IntValueNode)
        return int(value.value)
