import { NotADumpError } from './not-a-dump-error.js';

const refusals: Readonly<Record<string, string>> = {
  Table: 'a Table, which holds cells instead of objects; write the dump with kubectl get -o json',
  Status: 'a Status, which is the answer to a request that failed, instead of objects',
};

/** Throws NotADumpError for documents that are known to hold no objects. */
export function refuseDocument(kind: string | undefined): void {
  const found = kind === undefined || !Object.hasOwn(refusals, kind) ? undefined : refusals[kind];
  if (found !== undefined) throw new NotADumpError(`expected Kubernetes objects, found ${found}`);
}
