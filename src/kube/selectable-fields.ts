import type { FieldPath } from '@clusterdex/storage-contract';
import { parseFieldPath, renderFieldPath } from './field-path.js';

/** A field that a kube-apiserver selects by, where that is more than comparing the text at the path that it is called by. */
export interface SelectableField {
  readonly path: FieldPath;
  /** What counts in place of a value that is absent or empty: a text, or another field. */
  readonly whenEmpty: string | FieldPath;
}

/** The fields of a type, by their canonical path (see renderFieldPath). */
export type SelectableFields = ReadonlyMap<string, SelectableField>;

interface FieldRow {
  /** Where the value stands, if that is not where the name says. */
  readonly at?: string;
  readonly whenEmpty?: string;
  /** The field that counts when this one is empty. */
  readonly orElse?: string;
}

const text: FieldRow = {};
const zero: FieldRow = { whenEmpty: '0' };
const no: FieldRow = { whenEmpty: 'false' };

/**
 * What kube-apiservers select by besides `metadata.name` and `metadata.namespace`, by resource and group. To them a field that an object does not have is
 * its default: the empty text unless it says otherwise.
 */
export const selectableFieldRows: Readonly<Record<string, Readonly<Record<string, FieldRow>>>> = {
  'certificatesigningrequests.certificates.k8s.io': { 'spec.signerName': text },
  'clustertrustbundles.certificates.k8s.io': { 'spec.signerName': text },
  events: {
    'involvedObject.apiVersion': text,
    'involvedObject.fieldPath': text,
    'involvedObject.kind': text,
    'involvedObject.name': text,
    'involvedObject.namespace': text,
    'involvedObject.resourceVersion': text,
    'involvedObject.uid': text,
    reason: text,
    reportingComponent: text,
    source: { at: 'source.component', orElse: 'reportingComponent' },
    type: text,
  },
  'events.events.k8s.io': {
    reason: text,
    'regarding.apiVersion': text,
    'regarding.fieldPath': text,
    'regarding.kind': text,
    'regarding.name': text,
    'regarding.namespace': text,
    'regarding.resourceVersion': text,
    'regarding.uid': text,
    reportingController: text,
    type: text,
  },
  'jobs.batch': { 'status.successful': { at: 'status.succeeded', whenEmpty: '0' } },
  namespaces: { 'status.phase': { whenEmpty: 'Active' } },
  nodes: { 'spec.unschedulable': no },
  pods: {
    'spec.host': { at: 'spec.nodeName' },
    'spec.hostNetwork': no,
    'spec.nodeName': text,
    'spec.restartPolicy': { whenEmpty: 'Always' },
    'spec.schedulerName': { whenEmpty: 'default-scheduler' },
    'spec.serviceAccountName': text,
    'status.nominatedNodeName': text,
    'status.phase': text,
    'status.podIP': text,
    'status.podIPs': { at: 'status.podIPs[].ip' },
  },
  'replicasets.apps': { 'status.replicas': zero },
  replicationcontrollers: { 'status.replicas': zero },
  'resourceslices.resource.k8s.io': { 'spec.driver': text, 'spec.nodeName': text },
  secrets: { type: { whenEmpty: 'Opaque' } },
  services: { 'spec.clusterIP': text, 'spec.type': { whenEmpty: 'ClusterIP' } },
};

const none: SelectableFields = new Map();
const builtIn: ReadonlyMap<string, SelectableFields> = new Map(
  Object.entries(selectableFieldRows).map(([type, rows]) => [
    type,
    new Map(Object.entries(rows).map(([name, row]) => [canonical(name), readRow(name, row)])),
  ]),
);

export interface SelectableType {
  readonly group: string;
  readonly resource: string;
  /** Of a custom resource, as its CRD has them. */
  readonly selectableFields?: readonly string[];
}

/** The fields of a type that a kube-apiserver selects by. */
export function selectableFieldsOf({ group, resource, selectableFields }: SelectableType): SelectableFields {
  const found = builtIn.get(group === '' ? resource : `${resource}.${group}`);
  if (found !== undefined) return found;
  if (selectableFields === undefined) return none;
  return new Map(selectableFields.filter(isPath).map((name) => [canonical(name), readRow(name, text)]));
}

function readRow(name: string, { at = name, whenEmpty = '', orElse }: FieldRow): SelectableField {
  return Object.freeze({
    path: parseFieldPath(at),
    whenEmpty: orElse === undefined ? whenEmpty : parseFieldPath(orElse),
  });
}

function canonical(name: string): string {
  return renderFieldPath(parseFieldPath(name));
}

function isPath(name: string): boolean {
  try {
    parseFieldPath(name);
    return true;
  } catch {
    return false;
  }
}
