import { createStorageError, type FieldPath, type FieldSegment, type ResourceType } from '@clusterdex/storage-contract';

/** A field that searches find by an index: of every resource type, or of one. */
export interface FieldDeclaration {
  /** As it was written. */
  readonly text: string;
  readonly path: FieldPath;
  /** `resource`, or `resource.group`. */
  readonly type?: string;
}

const longest = 500;
const typeName = /^([a-z0-9][a-z0-9.-]*):(?=.)/;
const segment =
  /^\.?(?:([A-Za-z0-9](?:[A-Za-z0-9_/-]*[A-Za-z0-9])?)|\[(?:'([^'"\\]+)'|"([^'"\\]+)")\])(?:\[([+-]?\d{1,15})?(\]))?/;

/** `spec.nodeName`, `spec.containers[].image`, `pods:status.phase`, `deployments.apps:metadata.annotations['a/b']`. INVALID otherwise. */
export function parseFieldDeclaration(text: string): FieldDeclaration {
  const type = typeName.exec(text)?.[1];
  const path: FieldSegment[] = [];
  let rest = type === undefined ? text : text.slice(type.length + 1);
  if (text.length > longest) throw invalid(text, `is longer than ${longest} characters`);
  while (rest !== '') {
    const found = segment.exec(rest);
    if (found === null || (path.length > 0 && !/^[.[]/.test(rest)))
      throw invalid(text, `is not understood from '${rest}' on`);
    const [all, plain, single, double, index, closed] = found;
    const key = plain ?? single ?? double ?? '';
    const list = closed === undefined ? {} : { list: index === undefined ? ('any' as const) : Number(index) + 0 };
    path.push({ key, ...list });
    rest = rest.slice(all.length);
  }
  if (path.length === 0) throw invalid(text, 'names no field');
  if (path.at(-1)?.list !== undefined) throw invalid(text, 'ends with a list; name a field of its elements');
  return { text, path, ...(type !== undefined && { type }) };
}

/** Whether objects of the type are indexed by it. */
export function declaresFor(
  { type }: FieldDeclaration,
  { group, resource }: Pick<ResourceType, 'group' | 'resource'>,
): boolean {
  return type === undefined || type === (group === '' ? resource : `${resource}.${group}`);
}

const invalid = (text: string, what: string) =>
  createStorageError(
    'INVALID',
    `the field index '${text.slice(0, 100)}' ${what}; expected such as spec.nodeName or pods:status.phase`,
  );
