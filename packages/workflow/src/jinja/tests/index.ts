import { typeError, unsupported } from "../errors.ts";
import { findFilter } from "../filters/index.ts";
import { isLower, isUpper } from "../python/letter-case.ts";
import { bind, type ParameterSpec } from "../runtime/arguments.ts";
import { equals, isOrdered, type Ordering } from "../runtime/compare.ts";
import {
  Callable,
  Group,
  Markup,
  type Named,
  type Py,
  PyIterator,
  PyObject,
  Tuple,
  Undefined,
} from "../runtime/data.ts";
import { Dict, hashOf } from "../runtime/dict.ts";
import { isNumber, isWhole } from "../runtime/numbers.ts";
import { Range } from "../runtime/objects.ts";
import { contains, operate } from "../runtime/operators.ts";
import type { Run } from "../runtime/run.ts";
import { str } from "../runtime/text.ts";
import { isText, typeName } from "../runtime/types.ts";

type Test = (run: Run, value: Py, positional: Py[], named: Named) => boolean;

const ordered =
  (operator: Ordering) =>
  (run: Run, value: Py, [other]: Py[]) =>
    isOrdered(run, operator, value, other!);
const equal = test("eq", [["b"]], (run, value, [other]) => equals(run, value, other!));
const unequal = test("ne", [["b"]], (run, value, [other]) => !equals(run, value, other!));
const greater = test("gt", [["b"]], ordered(">"));
const greaterOrEqual = test("ge", [["b"]], ordered(">="));
const less = test("lt", [["b"]], ordered("<"));
const lessOrEqual = test("le", [["b"]], ordered("<="));

const tests: ReadonlyMap<string, Test> = new Map<string, Test>([
  ["defined", test("defined", [], (_run, value) => !(value instanceof Undefined))],
  ["undefined", test("undefined", [], (_run, value) => value instanceof Undefined)],
  ["none", test("none", [], (_run, value) => value === null)],
  ["boolean", test("boolean", [], (_run, value) => typeof value === "boolean")],
  ["true", test("true", [], (_run, value) => value === true)],
  ["false", test("false", [], (_run, value) => value === false)],
  ["integer", test("integer", [], (_run, value) => isWhole(value) && typeof value !== "boolean")],
  ["float", test("float", [], (_run, value) => isNumber(value) && !isWhole(value))],
  ["number", test("number", [], (_run, value) => isNumber(value))],
  ["string", test("string", [], (_run, value) => isText(value))],
  ["mapping", test("mapping", [], (_run, value) => value instanceof Dict)],
  ["sequence", test("sequence", [], (_run, value) => isSequence(value))],
  [
    "iterable",
    test("iterable", [], (run, value) => isSequence(value) || (value instanceof PyObject && canIterate(run, value))),
  ],
  ["callable", test("callable", [], (_run, value) => value instanceof Callable || value instanceof Undefined)],
  ["escaped", test("escaped", [], (_run, value) => value instanceof Markup)],
  ["lower", test("lower", [], (run, value) => isLower(str(run, value)))],
  ["upper", test("upper", [], (run, value) => isUpper(str(run, value)))],
  ["even", test("even", [], (run, value) => equals(run, operate(run, "%", value, 2), 0))],
  ["odd", test("odd", [], (run, value) => equals(run, operate(run, "%", value, 2), 1))],
  [
    "divisibleby",
    test("divisibleby", [["num"]], (run, value, [number]) => equals(run, operate(run, "%", value, number!), 0)),
  ],
  ["in", test("in", [["seq"]], (run, value, [container]) => contains(run, container!, value))],
  ["sameas", test("sameas", [["other"]], (run, value, [other]) => isSame(run, value, other!))],
  ["filter", test("filter", [], (_run, value) => isName(value) && findFilter(nameOf(value)) !== undefined)],
  ["test", test("test", [], (_run, value) => isName(value) && findTest(nameOf(value)) !== undefined)],
  ...aliases(equal, "eq", "equalto", "=="),
  ...aliases(unequal, "ne", "!="),
  ...aliases(greater, "gt", "greaterthan", ">"),
  ...aliases(greaterOrEqual, "ge", ">="),
  ...aliases(less, "lt", "lessthan", "<"),
  ...aliases(lessOrEqual, "le", "<="),
]);

/** A test by name; undefined where Jinja2 has none of that name either. */
export function findTest(name: string): Test | undefined {
  return tests.get(name);
}

/** Applies a test that a template names at run time. */
export function applyTest(run: Run, name: string, value: Py, positional: Py[], named: Named): boolean {
  const found = tests.get(name);
  if (found === undefined) throw typeError(`There is no test "${name}".`);
  return found(run, value, positional, named);
}

function test(
  name: string,
  parameters: readonly ParameterSpec[],
  holds: (run: Run, value: Py, values: Py[]) => boolean,
): Test {
  return (run, value, positional, named) =>
    holds(run, value, bind(`The test "${name}"`, parameters, positional, named));
}

function aliases(found: Test, ...names: string[]): [string, Test][] {
  return names.map((name) => [name, found]);
}

function isSequence(value: Py): boolean {
  return (
    isText(value) ||
    Array.isArray(value) ||
    value instanceof Dict ||
    value instanceof Tuple ||
    value instanceof Range ||
    value instanceof Undefined
  );
}

function canIterate(run: Run, value: PyObject): boolean {
  return value instanceof PyIterator || value.iterate(run) !== undefined;
}

/** Python's `is`. Whether two equal numbers or texts are one object depends on how Python made them. */
function isSame(run: Run, value: Py, other: Py): boolean {
  if (value === other && (value === null || typeof value === "object" || typeof value === "boolean")) return true;
  if (value instanceof Undefined || value instanceof Group)
    throw unsupported(`The test "sameas" on ${typeName(value)}`);
  if (typeName(value) !== typeName(other) || !equals(run, value, other)) return false;
  if (Array.isArray(value) || value instanceof Dict) return false;
  if (typeof value === "number" && Number.isInteger(value) && value >= -5 && value <= 256) return true;
  throw unsupported(`The test "sameas" on ${typeName(value)}`);
}

/** What is no text is looked up all the same, which fails for what cannot be a key. */
function isName(value: Py): value is string | Markup {
  hashOf(value);
  return isText(value);
}

function nameOf(value: string | Markup): string {
  return typeof value === "string" ? value : value.text;
}
