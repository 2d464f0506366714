import { appText, end, iteration, llm, loop, type NodeSketch, start, template, text } from "../../support/app-text.ts";

const model = { provider: "openai", name: "gpt-4.1-mini", mode: "chat", completion_params: { temperature: 0.2 } };

/** A workflow with nested containers, a choice of ways, a handled failure and a person who decides. */
export function followUpApp(words: FollowUpWords): string {
  const t = words;
  return appText("workflow", followUpNodes(t), [
    "start>about",
    "about:1>read",
    "about:2>answer",
    "read>fetch",
    "fetch>each",
    "fetch:fail-branch>each",
    "eachstart>draft",
    "draft>polish",
    "polishstart>shorten",
    "shorten>count",
    "each>newest",
    "newest>letter",
    "letter>approve",
    "approve:send>sent",
    "approve:change>answer",
    "approve:__timeout>answer",
    "answer>done",
  ]).replace(
    '"name":"Sketch"',
    `"name":${JSON.stringify(t.name)},"icon_type":"emoji","icon":"📦","icon_background":"#FFEAD5"`,
  );
}

export type FollowUpWords = Record<
  | "name"
  | "start"
  | "about"
  | "claims"
  | "questions"
  | "read"
  | "fetch"
  | "each"
  | "draft"
  | "polish"
  | "shorten"
  | "count"
  | "newest"
  | "letter"
  | "approve"
  | "send"
  | "change"
  | "sent"
  | "answer"
  | "done"
  | "form"
  | "message",
  string
>;

export const englishFollowUp: FollowUpWords = {
  name: "Order follow-up",
  start: "Customer message",
  about: "What is it about?",
  claims: "Something is wrong with an order",
  questions: "Any other question",
  read: "Find the orders",
  fetch: "Fetch the policy",
  each: "For each order",
  draft: "Draft a reply",
  polish: "Polish the reply",
  shorten: "Say it shorter",
  count: "Keep it",
  newest: "Newest three",
  letter: "Put together",
  approve: "Approve the replies",
  send: "Send them",
  change: "Write it myself",
  sent: "Sent",
  answer: "Ask back",
  done: "Answered",
  form: "Three replies are ready for **{{#start.message#}}**\n\n{{#letter.output#}}\n\n- Nothing is sent before you decide.\n- The policy is [here](https://example.com/policy).\n\n{{#$output.remark#}}\n\n{{#$output.tone#}}",
  message: "SO-20418 came broken, SO-20419 is late, SO-20420 is the wrong colour.",
};

function followUpNodes(t: FollowUpWords): NodeSketch[] {
  return [
    {
      ...start([
        text("message", { required: true, label: t.start }),
        {
          variable: "photos",
          label: "Photos",
          type: "file-list",
          required: false,
          max_length: 3,
          allowed_file_types: ["image", "document"],
          allowed_file_upload_methods: ["local_file"],
          allowed_file_extensions: [],
        },
      ]),
      title: t.start,
    },
    {
      id: "about",
      title: t.about,
      type: "question-classifier",
      query_variable_selector: ["start", "message"],
      model,
      classes: [
        { id: "1", name: t.claims },
        { id: "2", name: t.questions },
      ],
      instruction: "",
      vision: { enabled: false },
    },
    {
      id: "read",
      title: t.read,
      type: "parameter-extractor",
      query: ["start", "message"],
      model,
      parameters: [{ name: "orders", type: "array[string]", description: "Numbers of orders", required: true }],
      instruction: "",
      reasoning_mode: "prompt",
      vision: { enabled: false },
    },
    {
      id: "fetch",
      title: t.fetch,
      type: "http-request",
      method: "get",
      url: "https://policies.invalid/refunds",
      headers: "",
      params: "",
      authorization: { type: "no-auth" },
      body: { type: "none", data: [] },
      timeout: {},
      error_strategy: "fail-branch",
      retry_config: { retry_enabled: true, max_retries: 1, retry_interval: 20 },
    },
    ...iteration(
      "each",
      ["read", "orders"],
      ["polish", "reply"],
      [
        { ...llm("draft", "Draft a reply on {{#each.item#}}."), title: t.draft, model },
        ...loop(
          "polish",
          3,
          [
            { ...llm("shorten", "Shorten: {{#draft.text#}}"), title: t.shorten, model, iteration_id: "" },
            {
              id: "count",
              title: t.count,
              iteration_id: "",
              type: "assigner",
              version: "2",
              items: [
                { variable_selector: ["polish", "rounds"], input_type: "constant", operation: "+=", value: 1 },
                {
                  variable_selector: ["polish", "reply"],
                  input_type: "variable",
                  operation: "over-write",
                  value: ["shorten", "text"],
                },
              ],
            },
          ],
          {
            title: t.polish,
            iteration_id: "each",
            isInIteration: true,
            loop_variables: [
              { id: "v1", label: "rounds", var_type: "number", value_type: "constant", value: 0 },
              { id: "v2", label: "reply", var_type: "string", value_type: "constant", value: "" },
            ],
            break_conditions: [
              {
                id: "b",
                variable_selector: ["polish", "rounds"],
                comparison_operator: "≥",
                value: "2",
                varType: "number",
              },
            ],
          },
        ),
      ],
      { title: t.each, is_parallel: true, parallel_nums: 2, error_handle_mode: "terminated" },
    ),
    {
      id: "newest",
      title: t.newest,
      type: "list-operator",
      variable: ["each", "output"],
      var_type: "array[string]",
      item_var_type: "string",
      filter_by: { enabled: true, conditions: [{ key: "", comparison_operator: "not empty", value: "" }] },
      extract_by: { enabled: false, serial: "1" },
      order_by: { enabled: false, key: "", value: "asc" },
      limit: { enabled: true, size: 3 },
    },
    {
      ...template("letter", "{% for one in replies %}{{ loop.index }}. {{ one }}\n{% endfor %}", {
        replies: ["newest", "result"],
      }),
      title: t.letter,
    },
    {
      id: "approve",
      title: t.approve,
      type: "human-input",
      delivery_methods: [{ id: "d", enabled: true, type: "webapp", config: {} }],
      form_content: t.form,
      inputs: [
        { type: "paragraph", output_variable_name: "remark", default: { type: "constant", selector: [], value: "" } },
        {
          type: "select",
          output_variable_name: "tone",
          option_source: { type: "constant", selector: [], value: ["Friendly", "Formal"] },
        },
      ],
      user_actions: [
        { id: "send", title: t.send, button_style: "primary" },
        { id: "change", title: t.change, button_style: "default" },
      ],
      timeout: 3,
      timeout_unit: "day",
    },
    { ...end("sent", { replies: ["letter", "output"], remark: ["approve", "remark"] }), title: t.sent },
    {
      ...template("answer", "We will write back about: {{ message }}", { message: ["start", "message"] }),
      title: t.answer,
    },
    { ...end("done", { answer: ["answer", "output"] }), title: t.done },
  ];
}

const drafts: Record<string, string> = {
  "SO-20418":
    "We are sorry that order SO-20418 came broken. A new one leaves our shop today and arrives on Friday. You pay nothing for it, and the label for the return is in your inbox.",
  "SO-20419":
    "Order SO-20419 is late because the lorry broke down. It leaves the depot tonight and reaches you on Thursday before noon. The delivery costs nothing.",
  "SO-20420":
    "Order SO-20420 has the wrong colour, and that is our mistake. Keep it or send it back, as you like; the blue one arrives on Friday.",
};
const short: Record<string, string> = {
  "SO-20418": "Order SO-20418: a new one arrives on Friday, at no cost.",
  "SO-20419": "Order SO-20419: it arrives on Thursday before noon, with free delivery.",
  "SO-20420": "Order SO-20420: the blue one arrives on Friday; keep the other if you like.",
};

/**
 * What a scripted model says to the steps of the app.
 *
 * @param second  As it answers another time: one of the replies differs.
 */
export function followUpReplies(body: Record<string, unknown>, second = false): string {
  const all = JSON.stringify(body["messages"]);
  if (all.includes("categor")) return '{"category_id":"1","category_name":"wrong"}';
  if (all.includes("Numbers of orders")) return '{"orders":["SO-20418","SO-20419","SO-20420"]}';
  const order = Object.keys(drafts).find((one) => all.includes(one)) ?? "SO-20418";
  const said = (all.includes("Shorten:") ? short : drafts)[order] ?? "";
  return second
    ? said.replace("on Thursday before noon", "tomorrow evening").replace("free delivery", "a voucher")
    : said;
}
