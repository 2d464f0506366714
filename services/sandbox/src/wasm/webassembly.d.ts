// Node's own types leave WebAssembly to those of browsers, which know much that is not here. What is used of it:
declare namespace WebAssembly {
  type ImportExportKind = "function" | "global" | "memory" | "table" | "tag";
  type ModuleImportDescriptor = { module: string; name: string; kind: ImportExportKind };
  type Imports = Record<string, Record<string, unknown>>;

  class Module {
    constructor(bytes: Uint8Array);
    static imports(module: Module): ModuleImportDescriptor[];
  }

  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: Record<string, unknown>;
  }

  class Memory {
    constructor(descriptor: { initial: number; maximum?: number });
    readonly buffer: ArrayBuffer;
  }

  class Global<Type extends "i32"> {
    value: Type extends "i32" ? number : never;
  }

  let instantiate: (module: Module, imports?: Imports) => Promise<unknown>;
}
