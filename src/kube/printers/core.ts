import { age, nameOf } from './age.js';
import { ageColumn, column, nameColumn } from './column.js';
import { compareText } from './format-labels.js';
import type { Fields, Printer } from './printer.js';
import { countAt, listAt, mapAt, textAt } from './read-fields.js';

export const namespacePrinter: Printer = {
  columns: [nameColumn, column('Status', 'The status of the namespace'), ageColumn],
  fields: ['status.phase'],
  cells: (namespace) => [nameOf(namespace), textAt(namespace, 'status', 'phase'), age(namespace)],
};

export const configMapPrinter: Printer = {
  columns: [
    nameColumn,
    column(
      'Data',
      "Data contains the configuration data. Each key must consist of alphanumeric characters, '-', '_' or '.'. Values with non-UTF-8 byte sequences must use the BinaryData field. The keys stored in Data must not overlap with the keys in the BinaryData field, this is enforced during validation process.",
    ),
    ageColumn,
  ],
  fields: ['binaryData#', 'data#'],
  cells: (map) => [nameOf(map), countAt(map, 'data') + countAt(map, 'binaryData'), age(map)],
};

export const secretPrinter: Printer = {
  columns: [
    nameColumn,
    column(
      'Type',
      'Used to facilitate programmatic handling of secret data. More info: https://kubernetes.io/docs/concepts/configuration/secret/#secret-types',
    ),
    column(
      'Data',
      "Data contains the secret data. Each key must consist of alphanumeric characters, '-', '_' or '.'. The serialized form of the secret data is a base64 encoded string, representing the arbitrary (possibly non-string) data value here. Described in https://tools.ietf.org/html/rfc4648#section-4",
    ),
    ageColumn,
  ],
  fields: ['data#', 'type'],
  cells: (secret) => [nameOf(secret), textAt(secret, 'type'), countAt(secret, 'data'), age(secret)],
};

export const serviceAccountPrinter: Printer = {
  columns: [nameColumn, ageColumn],
  fields: [],
  cells: (account) => [nameOf(account), age(account)],
};

export const componentStatusPrinter: Printer = {
  columns: [
    nameColumn,
    column('Status', 'Status of the component conditions'),
    column('Message', 'Message of the component conditions'),
    column('Error', 'Error of the component conditions'),
  ],
  fields: ['conditions'],
  cells(component) {
    const healthy = listAt(component, 'conditions').find((condition) => textAt(condition, 'type') === 'Healthy');
    const status = healthy === undefined ? 'Unknown' : textAt(healthy, 'status') === 'True' ? 'Healthy' : 'Unhealthy';
    return [nameOf(component), status, textAt(healthy, 'message'), textAt(healthy, 'error')];
  },
};

export const resourceQuotaPrinter: Printer = {
  columns: [
    nameColumn,
    column('Request', 'Request represents a minimum amount of cpu/memory that a container may consume.'),
    column(
      'Limit',
      'Limits control the maximum amount of cpu/memory that a container may use independent of contention on the node.',
    ),
    ageColumn,
  ],
  fields: ['status.hard', 'status.used'],
  cells: (quota) => [
    nameOf(quota),
    usage(quota, (resource) => !resource.startsWith('limits.')),
    usage(quota, (resource) => resource.startsWith('limits.')),
    age(quota),
  ],
};

function usage(quota: Fields, isShown: (resource: string) => boolean): string {
  const used = mapAt(quota, 'status', 'used');
  return Object.entries(mapAt(quota, 'status', 'hard'))
    .filter(([resource]) => isShown(resource))
    .sort(([a], [b]) => compareText(a, b))
    .map(([resource, hard]) => `${resource}: ${quantity(used[resource])}/${quantity(hard)}`)
    .join(', ');
}

function quantity(value: unknown): string {
  return typeof value === 'number' ? `${value}` : typeof value === 'string' ? value : '0';
}
