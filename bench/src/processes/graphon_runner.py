"""Runs graphs in graphon and prints what a run costs, for graphon.bench.ts.

Reads from standard input: {"cases": [{"name", "graph", "inputs", "outputs", "runs", "warmUp"}]}, a graph as in an app file.
Prints one JSON object: {name: {"cpuSeconds": [per run, …], "wallSeconds": [per run, …], "steps"}}.

What is measured is the processor time of `engine.run()` alone, all threads, with every event consumed. Reading the
graph, making its nodes and filling the pool stand outside. Templates are rendered by Jinja2 in this process, each
compiled once: graphon's hosts do it in another process, which would cost far more.
"""

import json
import logging
import sys
import time
from collections.abc import Mapping
from typing import Any

from graphon.entities.graph_init_params import GraphInitParams
from graphon.graph import Graph
from graphon.graph_engine import GraphEngine, GraphEngineConfig
from graphon.graph_engine.command_channels import InMemoryChannel
from graphon.graph_events.graph import GraphRunSucceededEvent
from graphon.graph_events.node import NodeRunStartedEvent
from graphon.nodes.end.end_node import EndNode
from graphon.nodes.end.entities import EndNodeData
from graphon.nodes.if_else.entities import IfElseNodeData
from graphon.nodes.if_else.if_else_node import IfElseNode
from graphon.nodes.iteration.entities import IterationNodeData, IterationStartNodeData
from graphon.nodes.iteration.iteration_node import IterationNode
from graphon.nodes.iteration.iteration_start_node import IterationStartNode
from graphon.nodes.start.entities import StartNodeData
from graphon.nodes.start.start_node import StartNode
from graphon.nodes.template_transform.entities import TemplateTransformNodeData
from graphon.nodes.template_transform.template_transform_node import TemplateTransformNode
from graphon.runtime import GraphRuntimeState, VariablePool
from graphon.template_rendering import Jinja2TemplateRenderer
from jinja2 import Environment

logging.disable(logging.CRITICAL)

KINDS = {
    "start": (StartNode, StartNodeData),
    "end": (EndNode, EndNodeData),
    "if-else": (IfElseNode, IfElseNodeData),
    "template-transform": (TemplateTransformNode, TemplateTransformNodeData),
    "iteration": (IterationNode, IterationNodeData),
    "iteration-start": (IterationStartNode, IterationStartNodeData),
}


class InProcessRenderer(Jinja2TemplateRenderer):
    def __init__(self) -> None:
        self._environment = Environment()
        self._compiled: dict[str, Any] = {}

    def render_template(self, template: str, variables: Mapping[str, Any]) -> str:
        compiled = self._compiled.get(template)
        if compiled is None:
            compiled = self._compiled[template] = self._environment.from_string(template)
        return compiled.render(**variables)


RENDERER = InProcessRenderer()

# What Dify sets. With the library's own default every shape costs more.
WORKERS = GraphEngineConfig(min_workers=3, max_workers=10, scale_up_threshold=3, scale_down_idle_time=5.0)


class Factory:
    """Makes the node of each kind; a container's frame asks for one with the frame's own state."""

    def __init__(self, params: GraphInitParams, state: GraphRuntimeState) -> None:
        self._params = params
        self._state = state

    def with_runtime_state(self, graph_runtime_state: GraphRuntimeState) -> "Factory":
        return Factory(self._params, graph_runtime_state)

    def create_node(self, node_config: Mapping[str, Any]) -> Any:
        data = node_config["data"]
        fields = data if isinstance(data, dict) else data.model_dump()
        kind, data_model = KINDS[fields["type"]]
        more = {"jinja2_template_renderer": RENDERER} if kind is TemplateTransformNode else {}
        return kind(
            node_config["id"],
            data_model.model_validate(fields),
            graph_init_params=self._params,
            graph_runtime_state=self._state,
            **more,
        )


def engine_for(graph: dict[str, Any], inputs: dict[str, Any]) -> GraphEngine:
    root = next(node["id"] for node in graph["nodes"] if node["data"]["type"] == "start")
    pool = VariablePool.empty()
    for name, value in inputs.items():
        pool.add([root, name], value)
    state = GraphRuntimeState(variable_pool=pool, start_at=time.perf_counter())
    params = GraphInitParams(workflow_id="bench", graph_config=graph, run_context={}, call_depth=0)
    built = Graph.init(graph_config=graph, node_factory=Factory(params, state), root_node_id=root)
    return GraphEngine("bench", built, state, InMemoryChannel(), WORKERS)


def run_once(case: dict[str, Any]) -> tuple[float, float, int]:
    engine = engine_for(case["graph"], case["inputs"])
    wall, cpu = time.perf_counter(), time.process_time()
    events = list(engine.run())
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    last = events[-1]
    if not isinstance(last, GraphRunSucceededEvent):
        raise SystemExit(f"{case['name']}: the run ended with {last!r}")
    if last.outputs != case["outputs"]:
        raise SystemExit(f"{case['name']}: the outputs differ: {str(last.outputs)[:300]}")
    return cpu, wall, sum(isinstance(event, NodeRunStartedEvent) for event in events)


def measure(case: dict[str, Any]) -> dict[str, Any]:
    for _ in range(case["warmUp"]):
        run_once(case)
    cpu, wall, steps = zip(*(run_once(case) for _ in range(case["runs"])), strict=True)
    return {"cpuSeconds": cpu, "wallSeconds": wall, "steps": steps[0]}


json.dump({case["name"]: measure(case) for case in json.load(sys.stdin)["cases"]}, sys.stdout)
