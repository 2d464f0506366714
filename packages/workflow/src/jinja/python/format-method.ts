import { lookupError, typeError, unsupported, valueError } from "../errors.ts";
import { Markup, type Named, type Py } from "../runtime/data.ts";
import type { Run } from "../runtime/run.ts";
import { subscript } from "../runtime/subscripts.ts";
import { escaped, repr, str } from "../runtime/text.ts";
import { formatValue } from "./format-spec.ts";

/**
 * Python's `template.format(…)`.
 *
 * @param safe  Whether the template is marked as safe, so that what goes in has to be escaped.
 */
export function formatBraces(run: Run, template: string, positional: Py[], named: Named, safe: boolean): string {
  return new Formatter(run, positional, named, safe).format(template, 2);
}

const piece = /\{\{|\}\}|\{|\}|[^{}]+/g;

class Formatter {
  private readonly run: Run;
  private readonly positional: Py[];
  private readonly named: Named;
  private readonly safe: boolean;
  private nextIndex = 0;
  private numbering: "automatic" | "manual" | undefined;

  constructor(run: Run, positional: Py[], named: Named, safe: boolean) {
    this.run = run;
    this.positional = positional;
    this.named = named;
    this.safe = safe;
  }

  format(template: string, depth: number): string {
    if (depth === 0) throw valueError("A format is nested too deep.");
    let result = "";
    let position = 0;
    while (position < template.length) {
      piece.lastIndex = position;
      const found = piece.exec(template)![0];
      position += found.length;
      if (found === "{{" || found === "}}") result += found[0];
      else if (found === "}") throw valueError('A format has a "}" without a "{".');
      else if (found !== "{") result += found;
      else {
        const end = closingBrace(template, position);
        result += this.field(template.slice(position, end), depth);
        position = end + 1;
      }
      this.run.reserve(result.length);
    }
    return result;
  }

  private field(source: string, depth: number): string {
    const [, name = "", conversion, spec = ""] =
      /^((?:\[[^\]]*\]|[^[\]:!{}])*)(?:!([^:]*))?(?::([\s\S]*))?$/.exec(source) ?? broken(source);
    const value = this.lookUp(name);
    if (conversion !== undefined && !/^[rs]$/.test(conversion)) {
      if (conversion === "a") throw unsupported('The format conversion "!a"');
      throw valueError(`A format has no conversion "${conversion}".`);
    }
    const converted =
      conversion === undefined ? value : conversion === "r" ? repr(this.run, value) : str(this.run, value);
    const wanted = spec.includes("{") || spec.includes("}") ? this.format(spec, depth - 1) : spec;
    if (!this.safe) return formatValue(this.run, converted, wanted);
    if (converted instanceof Markup && wanted !== "") throw unsupported("A format of safe text");
    return escaped(this.run, converted instanceof Markup ? converted : formatValue(this.run, converted, wanted));
  }

  private lookUp(path: string): Py {
    const first = /^[^.[]*/.exec(path)![0];
    let value = this.first(first);
    let rest = path.slice(first.length);
    while (rest !== "") {
      const [whole, key] = /^\[([^\]]+)\]/.exec(rest) ?? [];
      if (whole === undefined) throw rest.startsWith(".") ? unsupported("An attribute inside a format") : broken(path);
      value = subscript(this.run, value, /^\d+$/.test(key!) ? Number(key) : key!);
      rest = rest.slice(whole.length);
    }
    return value;
  }

  private first(name: string): Py {
    if (name !== "" && !/^\d+$/.test(name)) {
      const found = this.named.get(name);
      if (found === undefined) throw lookupError(`A format names "${name}", which is not there.`);
      return found;
    }
    const mode = name === "" ? "automatic" : "manual";
    if (this.numbering !== undefined && this.numbering !== mode) throw valueError("A format mixes {} with {0}.");
    this.numbering = mode;
    const found = this.positional[name === "" ? this.nextIndex++ : Number(name)];
    if (found === undefined) throw lookupError("A format has more fields than there are values.");
    return found;
  }
}

function closingBrace(template: string, start: number): number {
  let open = 1;
  for (let position = start; position < template.length; position++) {
    if (template[position] === "{") open++;
    else if (template[position] === "}" && --open === 0) return position;
  }
  throw valueError('A format has a "{" without a "}".');
}

function broken(source: string): never {
  throw typeError(`"{${source}}" is not a field of a format.`);
}
