import { Random } from "../properties/random.ts";
import {
  appText,
  type EdgeSketch,
  end,
  ifElse,
  iteration,
  llm,
  loop,
  type NodeSketch,
  start,
  template,
  text,
} from "../support/app-text.ts";

/** An app of the workload; what it answers depends on its inputs alone, so that every run of it ends alike. */
export type FaultApp = {
  name: string;
  mode: "workflow" | "advanced-chat";
  content: string;
  inputs: Record<string, unknown>;
};

/** Where the next step hangs on, and what it may refer to. */
type Place = { from: string[]; text: string[] };

const kinds = [
  "template",
  "http",
  "llm",
  "branch",
  "join",
  "iteration",
  "parallel iteration",
  "loop",
  "person",
] as const;

/**
 * A chain of five to eight sections with every kind of step that can be caught in the middle.
 *
 * @param effectUrl  Takes the POSTs of the app's HTTP steps.
 */
export function faultApp(seed: number, effectUrl: string): FaultApp {
  return new Grower(seed, effectUrl).grow();
}

class Grower {
  readonly #random: Random;
  readonly #seed: number;
  readonly #effectUrl: string;
  readonly #isChat: boolean;
  readonly #nodes: NodeSketch[] = [];
  readonly #edges: EdgeSketch[] = [];
  readonly #shown: Record<string, string[]> = {};
  #lastId = 0;
  #personMayBeAsked = true;

  constructor(seed: number, effectUrl: string) {
    this.#random = new Random(seed);
    this.#seed = seed;
    this.#effectUrl = effectUrl;
    this.#isChat = seed % 2 === 1;
  }

  grow(): FaultApp {
    const words = Array.from({ length: this.#random.between(3, 5) }, () => this.#random.pick(nouns));
    this.#nodes.push(start([text("name"), { variable: "data", label: "data", type: "json_object" }]));
    let place: Place = { from: ["start"], text: ["start", "name"] };
    if (this.#isChat) place = this.#count(place);
    // A model and an effect are in every app: they are what must be neither lost nor doubled.
    const middle = Array.from({ length: this.#random.between(3, 6) }, () => this.#random.pick(kinds));
    for (const kind of this.#random.shuffled(["llm", "http", ...middle] as const)) place = this.#section(kind, place);
    this.#close(place);
    return {
      name: `${this.#isChat ? "chat" : "workflow"} ${this.#seed}`,
      mode: this.#isChat ? "advanced-chat" : "workflow",
      content: appText(
        this.#isChat ? "advanced-chat" : "workflow",
        this.#nodes,
        this.#edges,
        this.#isChat
          ? { conversation_variables: [{ id: "count", name: "count", value_type: "number", value: 0 }] }
          : {},
      ),
      inputs: { name: this.#random.pick(["Ada", "Lin", "منى"]), data: { words } },
    };
  }

  #section(kind: (typeof kinds)[number], place: Place): Place {
    switch (kind) {
      case "template":
        return this.#add(place, this.#template(place.text), "output");
      case "http":
        return this.#add(place, this.#http(this.#id(), place.text), "body");
      case "llm":
        return this.#speak(this.#add(place, this.#llm(place.text), "text"));
      case "branch":
        return this.#branch(place);
      case "join":
        return this.#join(place);
      case "iteration":
        return this.#iteration(place, false);
      case "parallel iteration":
        return this.#iteration(place, true);
      case "loop":
        return this.#loop(place);
      case "person":
        return this.#askPerson(place);
    }
  }

  #id(): string {
    this.#lastId += 1;
    return `s${String(this.#lastId).padStart(2, "0")}`;
  }

  #add(place: Place, node: NodeSketch, output: string): Place {
    this.#nodes.push(node);
    for (const from of place.from) this.#edges.push(`${from}>${node.id}`);
    return { from: [node.id], text: [node.id, output] };
  }

  #template(source: string[]): NodeSketch {
    const id = this.#id();
    return template(id, `${id}({{ x }})`, { x: source });
  }

  #llm(source: string[]): NodeSketch {
    const id = this.#id();
    return llm(id, `${id}: tell of ${reference(source)}`);
  }

  /** Its body names the run, the step and the round, so that the server knows what the effect is of. */
  #http(id: string, source: string[], round = ""): NodeSketch {
    const value = ["{{#sys.workflow_run_id#}}", id, round, reference(source)].join("\n");
    return {
      id,
      type: "http-request",
      method: "post",
      url: `${this.#effectUrl}/act`,
      params: "",
      headers: "",
      authorization: { type: "no-auth", config: null },
      body: { type: "raw-text", data: [{ type: "text", value }] },
      retry_config: { retry_enabled: false, max_retries: 0, retry_interval: 0 },
      timeout: { max_connect_timeout: 0, max_read_timeout: 0, max_write_timeout: 0 },
    };
  }

  /** In a chat the text goes out as it comes; in a workflow the end shows it. */
  #speak(place: Place): Place {
    if (!this.#isChat) {
      this.#shown[place.text[0]!] = place.text;
      return place;
    }
    const id = this.#id();
    const answer = { id, type: "answer", answer: `${id}: ${reference(place.text)}\n` };
    return { ...this.#add(place, answer, "answer"), text: place.text };
  }

  #count(place: Place): Place {
    const items = [{ variable_selector: ["conversation", "count"], input_type: "constant", operation: "+=", value: 1 }];
    const { from } = this.#add(place, { id: this.#id(), type: "assigner", version: "2", items }, "");
    return { from, text: place.text };
  }

  #branch(place: Place): Place {
    const id = this.#id();
    const condition = this.#add(place, ifElse(id, place.text, "contains", this.#random.pick(["a", "zzz"])), "");
    const yes = this.#add(
      { ...condition, from: [`${id}:yes`], text: place.text },
      this.#template(place.text),
      "output",
    );
    const no = this.#add(
      { ...condition, from: [`${id}:false`], text: place.text },
      this.#http(this.#id(), place.text),
      "body",
    );
    const variables = [yes.text, no.text];
    const joined = { id: this.#id(), type: "variable-aggregator", output_type: "any", variables };
    return this.#add({ from: [...yes.from, ...no.from], text: [] }, joined, "output");
  }

  #join(place: Place): Place {
    const arms = [
      this.#add(place, this.#http(this.#id(), place.text), "body"),
      this.#add(place, this.#llm(place.text), "text"),
      this.#add(place, this.#http(this.#id(), place.text), "body"),
    ];
    const id = this.#id();
    const [a, b, c] = arms.map((arm) => arm.text);
    return this.#add(
      { from: arms.flatMap((arm) => arm.from), text: [] },
      template(id, `${id}({{ a }}, {{ b }}, {{ c }})`, { a: a!, b: b!, c: c! }),
      "output",
    );
  }

  #iteration(place: Place, parallel: boolean): Place {
    const [id, call, made] = [this.#id(), this.#id(), this.#id()];
    const inner = [
      this.#http(call, [id, "item"], `{{#${id}.index#}}`),
      template(made, "{{ i }}={{ x }}", { i: [id, "item"], x: [call, "body"] }),
    ];
    const settings = parallel ? { is_parallel: true, parallel_nums: 3 } : {};
    const nodes = iteration(id, ["start", "data", "words"], [made, "output"], inner, settings);
    this.#edges.push(`${id}start>${call}`, `${call}>${made}`);
    this.#nodes.push(...nodes.slice(1));
    return this.#listed(this.#add(place, nodes[0]!, "output"));
  }

  #listed(place: Place): Place {
    const id = this.#id();
    return this.#add(place, template(id, `{{ xs | join(" ") }}`, { xs: place.text }), "output");
  }

  #loop(place: Place): Place {
    const [id, call, next] = [this.#id(), this.#id(), this.#id()];
    const items = [{ variable_selector: [id, "round"], input_type: "constant", operation: "+=", value: 1 }];
    const inner = [
      this.#http(call, place.text, `{{#${id}.round#}}`),
      { id: next, type: "assigner", version: "2", items },
    ];
    const variables = [{ id: `${id}r`, label: "round", var_type: "number", value_type: "constant", value: "0" }];
    const nodes = loop(id, this.#random.between(2, 4), inner, { loop_variables: variables });
    this.#edges.push(`${id}start>${call}`, `${call}>${next}`);
    this.#nodes.push(...nodes.slice(1));
    const done = this.#add(place, nodes[0]!, "round");
    return this.#add(done, this.#template(done.text), "output");
  }

  #askPerson(place: Place): Place {
    if (!this.#personMayBeAsked) return this.#section("http", place);
    this.#personMayBeAsked = false;
    const id = this.#id();
    const form = {
      id,
      type: "human-input",
      form_content: `May ${reference(place.text)} go on?`,
      inputs: [],
      user_actions: [{ id: "yes", title: "Yes", button_style: "primary" }],
      timeout: 1,
      timeout_unit: "hour",
    };
    this.#add(place, form, "");
    return { from: [`${id}:yes`], text: place.text };
  }

  #close(place: Place): void {
    const id = this.#id();
    if (this.#isChat) {
      const answer = `So: ${reference(place.text)}\nTurn {{#conversation.count#}}.`;
      this.#add(place, { id, type: "answer", answer }, "answer");
    } else {
      this.#add(place, end(id, { ...this.#shown, last: place.text }), "");
    }
  }
}

function reference(selector: readonly string[]): string {
  return `{{#${selector.join(".")}#}}`;
}

const nouns = ["kettle", "teapot", "lantern", "harbour", "needle", "ladder", "saffron", "orchard", "whistle"];
