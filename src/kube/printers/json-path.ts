import { parseJsonPath } from './json-path-parser.js';
import { findAll } from './json-path-search.js';

/** A path of a printer column, compiled. */
export interface JsonPath {
  /** The first value that the path finds; undefined when it finds none, or fails. An explicit null is found. */
  first(object: unknown): unknown;
  /** The paths of members that it may look at, in the form of Printer.fields. */
  readonly fields: readonly string[];
}

/** Compiles a path as a CRD has it, which is kubectl's JSONPath without its braces; undefined for what is none. */
export function compileJsonPath(text: string): JsonPath | undefined {
  const actions = parseJsonPath(text);
  const steps = actions?.[0];
  if (actions === undefined || steps === undefined) return undefined;
  const plain: string[] = [];
  for (const step of steps) {
    if (step.type === 'field') plain.push(step.name);
    else if (step.type !== 'slice') break;
  }
  const isSimple = plain.length > 0 && plain.every((name) => name !== '' && !name.includes('.') && !name.includes('#'));
  return {
    first(object) {
      // Only the first one is shown, but none may fail.
      const found = actions.map((action) => findAll(action, [object]));
      return found.includes(undefined) ? undefined : found[0]?.[0];
    },
    fields: isSimple && actions.length === 1 ? [plain.join('.')] : ['*'],
  };
}
