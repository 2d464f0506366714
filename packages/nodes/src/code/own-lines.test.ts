import { describe, expect, it } from "vitest";
import { withOwnLines } from "./own-lines.ts";

const python = (text: string, lines = 4) => withOwnLines(text, { language: "python3", lines });
const javascript = (text: string, lines = 4) => withOwnLines(text, { language: "javascript", lines });

describe("a Python failure", () => {
  it("shows the author's frames, and those that they called", () => {
    const error = `process exited with code 255
Traceback (most recent call last):
  File "/service/boot.py", line 3, in run
    exec(code)
  File "<string>", line 12, in <module>
  File "<string>", line 10, in __call_main
  File "<string>", line 2, in main
    return json.loads(text)
           ^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.14/json/decoder.py", line 345, in decode
    obj, end = self.raw_decode(s, idx=_w(s, 0).end())
json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)
`;
    expect(python(error)).toBe(`process exited with code 255
Traceback (most recent call last):
  File "<string>", line 2, in main
    return json.loads(text)
           ^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.14/json/decoder.py", line 345, in decode
    obj, end = self.raw_decode(s, idx=_w(s, 0).end())
json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)`);
  });

  it("of the call itself has no frames at all", () => {
    const error = `process exited with code 255
Traceback (most recent call last):
  File "<string>", line 12, in <module>
    __call_main()
  File "<string>", line 10, in __call_main
    result = json.dumps(main(**inputs), indent=4)
TypeError: main() got an unexpected keyword argument 'extra'`;
    expect(python(error)).toBe(
      "process exited with code 255\nTypeError: main() got an unexpected keyword argument 'extra'",
    );
  });

  it("of what was returned shows no library", () => {
    const error = `Traceback (most recent call last):
  File "<string>", line 12, in <module>
  File "<string>", line 10, in __call_main
  File "/usr/lib/python3.14/json/__init__.py", line 238, in dumps
    **kw).encode(obj)
TypeError: Object of type set is not JSON serializable`;
    expect(python(error)).toBe("TypeError: Object of type set is not JSON serializable");
  });

  it("keeps a chain of exceptions, each with its own frames", () => {
    const error = `Traceback (most recent call last):
  File "<string>", line 2, in main
    int("x")
ValueError: invalid literal

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "<string>", line 12, in <module>
  File "<string>", line 10, in __call_main
  File "<string>", line 4, in main
    raise KeyError("y")
KeyError: 'y'`;
    expect(python(error)).toBe(error.replace(/ {2}File "<string>", line 1[02].*\n/g, ""));
  });

  it("of code that cannot be read shows its line, unless that is not the author's", () => {
    const own = '  File "<string>", line 2\n    def main(:\n             ^\nSyntaxError: invalid syntax';
    expect(python(own)).toBe(own);
    const after = `  File "<string>", line 6\n    def __call_main():\n    ^^^\nIndentationError: expected an indented block after function definition on line 4`;
    expect(python(after)).toBe("IndentationError: expected an indented block after function definition on line 4");
  });

  it("that is no traceback is left as it is", () => {
    for (const error of ["process exited with code -1\nerror: timeout", 'oops:\n  "File" of mine, line 99'])
      expect(python(error)).toBe(error);
  });
});

describe("a JavaScript failure", () => {
  it("shows the author's frames of Node", () => {
    const error = `process exited with code 1
/tmp/program.cjs:2
    throw new TypeError("no");
    ^

TypeError: no
    at main (/tmp/program.cjs:2:11)
    at __call_main (/tmp/program.cjs:10:16)
    at Object.<anonymous> (/tmp/program.cjs:16:3)
    at Module._compile (node:internal/modules/cjs/loader:1761:14)
    at node:internal/main/run_main_module:33:47

Node.js v24.0.0`;
    expect(javascript(error)).toBe(`process exited with code 1
/tmp/program.cjs:2
    throw new TypeError("no");
    ^

TypeError: no
    at main (/tmp/program.cjs:2:11)

Node.js v24.0.0`);
  });

  it("never shows the line that holds the inputs", () => {
    const error = `/tmp/program.cjs:9
  var result = main(JSON.parse("secret"));
               ^

ReferenceError: main is not defined
    at __call_main (/tmp/program.cjs:9:16)
    at Object.<anonymous> (/tmp/program.cjs:16:3)`;
    expect(javascript(error)).toBe("ReferenceError: main is not defined");
  });

  it("shows the author's frames of QuickJS", () => {
    const error = `Error: no
    at main (program.js:2:15)
    at __call_main (program.js:10:16)
    at <eval> (program.js:16:3)`;
    expect(javascript(error)).toBe("Error: no\n    at main (program.js:2:15)");
  });
});

it("a failure that is very long is cut in its middle", () => {
  const text = python(`first${"x".repeat(50_000)}last`);
  expect(text.length).toBeLessThan(21_000);
  expect(text).toMatch(/^first.*\n… \(30009 more characters\)\n.*last$/);
});
