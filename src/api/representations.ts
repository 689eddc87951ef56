import type { Printer } from '../kube/printers/printer.js';
import { createStatus } from '../kube/status.js';
import type { MetaVersion } from '../kube/table/partial-objects.js';
import { ApiError, badRequest } from './api-error.js';
import type { Transform } from './negotiate.js';
import { partialRepresentation } from './partial-representation.js';
import { plainRepresentation } from './plain-representation.js';
import type { Representation } from './representation.js';
import { tableRepresentation } from './table-representation.js';

export interface RepresentedAnswer {
  readonly transform: Transform | undefined;
  readonly kind: string;
  readonly printer: Printer;
  readonly isList: boolean;
  /** The parameter, which means something for a Table alone. */
  readonly includeObject: string | undefined;
  /** Whether the client wants no more of the objects than their metadata. */
  readonly onlyMetadata?: boolean | undefined;
}

/** Chooses what objects are made into. ApiError 406 or 400 for what does not go together. */
export type ChooseRepresentation = (answer: RepresentedAnswer) => Representation;

const partials: Readonly<Record<MetaVersion, Representation>> = Object.freeze({
  v1: partialRepresentation('v1'),
  v1beta1: partialRepresentation('v1beta1'),
});
const includeObjects = { '': 'Metadata', Metadata: 'Metadata', Object: 'Object', None: 'None' } as const;

/** `now` in milliseconds since the epoch: ages in Tables are as of then. */
export function createRepresentations(now: () => number): ChooseRepresentation {
  const tables = new WeakMap<Printer, Map<string, Representation>>();

  function tableOf(
    printer: Printer,
    version: MetaVersion,
    includeObject: 'None' | 'Metadata' | 'Object',
  ): Representation {
    let known = tables.get(printer);
    if (known === undefined) {
      known = new Map();
      tables.set(printer, known);
    }
    const key = `${version} ${includeObject}`;
    const found = known.get(key) ?? tableRepresentation({ printer, version, includeObject, now });
    known.set(key, found);
    return found;
  }

  return (answer) => {
    const { transform } = answer;
    if (transform === undefined) return plainRepresentation;
    const version = transform.version === 'v1beta1' ? 'v1beta1' : 'v1';
    if (transform.kind === 'Table') {
      const includeObject = readIncludeObject(answer.includeObject);
      const isReduced = answer.onlyMetadata === true && includeObject === 'Object';
      return tableOf(answer.printer, version, isReduced ? 'Metadata' : includeObject);
    }
    const isList = transform.kind === 'PartialObjectMetadataList';
    if (isList !== answer.isList) throw wrongShape(transform.kind, answer);
    return partials[version];
  };
}

function readIncludeObject(value = ''): 'None' | 'Metadata' | 'Object' {
  if (Object.hasOwn(includeObjects, value)) return includeObjects[value as keyof typeof includeObjects];
  const shown = JSON.stringify(value.slice(0, 100));
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${shown}: must be 'Metadata', 'Object', 'None', or empty`,
  );
}

function wrongShape(requested: string, { kind, isList }: RepresentedAnswer): ApiError {
  const found = isList ? `a list (${kind}List)` : `not a list (${kind})`;
  const message = `you requested ${requested}, but the requested object is ${found}`;
  return new ApiError(createStatus({ code: 406, reason: 'NotAcceptable', message }));
}
