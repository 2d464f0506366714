import { typeError, unsupported, valueError } from "./errors.ts";
import { wantInteger } from "./methods/arguments.ts";
import { updateDict } from "./methods/dicts.ts";
import { bind } from "./runtime/arguments.ts";
import { Callable, noNames, type Py } from "./runtime/data.ts";
import { Dict } from "./runtime/dict.ts";
import { Cycler, Joiner, Namespace, PyClass, Range } from "./runtime/objects.ts";
import { str } from "./runtime/text.ts";

/** The names every template knows. */
export const globals: ReadonlyMap<string, Py> = new Map<string, Py>([
  [
    "range",
    new PyClass("range", (_run, positional, named) => {
      if (named !== noNames) throw typeError('"range" takes no named arguments.');
      if (positional.length < 1 || positional.length > 3) throw typeError('"range" takes one to three arguments.');
      const [first, second, step = 1] = positional.map((value) => wantInteger('"range"', value));
      if (step === 0) throw valueError('The step of "range" cannot be zero.');
      return second === undefined ? new Range(0, first!, 1) : new Range(first!, second, step);
    }),
  ],
  [
    "dict",
    new PyClass("dict", (run, positional, named) => {
      if (positional.length > 1) throw typeError('"dict" takes at most one argument that is not named.');
      const dict = new Dict();
      updateDict(run, dict, positional[0], named);
      return dict;
    }),
  ],
  [
    "namespace",
    new PyClass("jinja2.utils.Namespace", (run, positional, named) => {
      if (positional.length > 1) throw typeError('"namespace" takes at most one argument that is not named.');
      const dict = new Dict();
      updateDict(run, dict, positional[0], named);
      const namespace = new Namespace();
      for (const [key, value] of dict.entries()) namespace.fields.set(str(run, key), value);
      return namespace;
    }),
  ],
  [
    "cycler",
    new PyClass("jinja2.utils.Cycler", (_run, positional, named) => {
      if (named !== noNames) throw typeError('"cycler" takes no named arguments.');
      return new Cycler(positional);
    }),
  ],
  [
    "joiner",
    new PyClass(
      "jinja2.utils.Joiner",
      (_run, positional, named) => new Joiner(bind('"joiner"', [["sep", ", "]], positional, named)[0]!),
    ),
  ],
  [
    "lipsum",
    new Callable("lipsum", () => {
      throw unsupported('The function "lipsum"');
    }),
  ],
]);
