import { spawnSync } from "node:child_process";
import { dumpsJson, type Value } from "@diwan/workflow";

export type Rendered = { text: string } | { kinds: string[]; problem: string };

/** Renders one template after the other, each with fresh variables and little time. */
const PROGRAM = `
import json, resource, signal, sys
import jinja2

resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))

def late(*_):
    raise TimeoutError("too long")

signal.signal(signal.SIGALRM, late)
given = json.loads(sys.stdin.read())
source = json.dumps(given["variables"])
answers = []
for template in given["templates"]:
    signal.setitimer(signal.ITIMER_REAL, 2)
    try:
        answers.append({"text": jinja2.Environment().from_string(template).render(json.loads(source))})
    except Exception as error:
        answers.append({"kinds": [kind.__name__ for kind in type(error).__mro__], "problem": str(error)})
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
print(json.dumps(answers))
`;

/** What Jinja2 itself makes of templates, in one process for all of them. */
export function renderAll(
  python: string,
  templates: readonly string[],
  variables: Readonly<Record<string, Value>>,
): Rendered[] {
  const input = dumpsJson({ templates: [...templates], variables: { ...variables } });
  const { stdout, stderr, status } = spawnSync(python, ["-I", "-c", PROGRAM], {
    input,
    encoding: "utf8",
    maxBuffer: 1024 * 1024 * 1024,
    timeout: 90_000,
    env: { LANG: "C.UTF-8", PYTHONHASHSEED: "0" },
  });
  if (status !== 0) throw new Error(`Jinja2 did not come to an end. ${stderr}`);
  return JSON.parse(stdout) as Rendered[];
}
