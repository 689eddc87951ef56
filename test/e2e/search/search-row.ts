import type { ParsedAnswer } from '../../support/serve-samples.js';
import type { Facts } from './facts.js';

/** One row of a table: a query, and what it has to find, or how it has to be refused. */
export interface SearchRow {
  /** The row of the specification, in a few words. */
  readonly row: string;
  /** Behind /apis/clusterpedia.io/v1beta1; all pods when absent. */
  readonly path?: string;
  /** `name=value&name=value`, not yet encoded; a value may hold `=`. */
  readonly query: string;
  /** Over all sample objects of the path's resource, without the path's own restrictions. */
  readonly finds?: (fact: Facts) => boolean;
  readonly order?: (a: Facts, b: Facts) => number;
  /** First and end of the page within what is found. */
  readonly page?: readonly [first: number, end: number];
  /** Of what else there is to see in the answer. */
  readonly shows?: (answer: ParsedAnswer, found: readonly Facts[]) => void;
  /** Refused: the status, and what the message says. */
  readonly status?: number;
  readonly says?: RegExp;
}

const search = 'search.clusterpedia.io';

/** `labelSelector=search.clusterpedia.io/<text>`. */
export function label(text: string): string {
  return `labelSelector=${search}/${text}`;
}

export const pods = '/resources/api/v1/pods';
export const podsOf = (cluster: string, namespace?: string): string =>
  `/resources/clusters/${cluster}/api/v1${namespace === undefined ? '' : `/namespaces/${namespace}`}/pods`;
export const deployments = '/resources/apis/apps/v1/deployments';
export const configmaps = '/resources/api/v1/configmaps';
export const nodes = '/resources/api/v1/nodes';

/** Which resources a path lists. */
export function resourcesOf(path: string): readonly string[] | undefined {
  if (path.endsWith('/workloads')) return ['deployments', 'daemonsets', 'statefulsets'];
  if (path.includes('/collectionresources/')) return undefined;
  return [path.slice(path.lastIndexOf('/') + 1)];
}
