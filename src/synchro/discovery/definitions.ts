import type { ResourceInventory } from '@clusterdex/storage-contract';
import { definitionToV1 } from '../../kube/conversion/custom-resource-definitions.js';
import type { ClusterConnection } from '../connection/cluster-connection.js';
import { ConnectionError } from '../connection/connection-error.js';
import { followObjects } from '../connection/follow-objects.js';
import { CustomTypes } from '../import/custom-types.js';

/** What CustomResourceDefinitions say beyond discovery, and when they or API services change. */
export interface Definitions {
  /** `resource.group` of what is defined; undefined as long as it is not known, or may not be read. */
  readonly names: ReadonlySet<string> | undefined;
  find(group: string, version: string, kind: string): ResourceInventory | undefined;
  /** Follows until the signal aborts. Never rejects. */
  follow(signal: AbortSignal): Promise<void>;
}

const definitionsGroup = '/apis/apiextensions.k8s.io';
const servicesPath = '/apis/apiregistration.k8s.io/v1/apiservices';

type Fields = Readonly<Record<string, unknown>>;

/** `onChange` when a definition, or which API services there are and answer, has changed; `onRead` when the definitions are known, or cannot be. */
export function createDefinitions(
  connection: ClusterConnection,
  { onChange, onRead }: { readonly onChange: () => void; readonly onRead: () => void },
): Definitions {
  let known: ReadonlySet<string> | undefined;
  let types = new CustomTypes();
  let definitionsText = '';
  let servicesText = '';

  function noteDefinitions(objects: ReadonlyMap<string, Slim>): void {
    // Their status changes too, which is nobody's business here.
    const text = JSON.stringify([...objects]);
    if (known !== undefined && text === definitionsText) return;
    definitionsText = text;
    types = new CustomTypes();
    for (const spec of objects.values()) types.add({ spec });
    known = new Set([...objects.values()].map(({ names, group }) => `${String(names.plural)}.${String(group)}`));
    onChange();
    onRead();
  }

  /** Servers before 1.16 know v1beta1 alone. */
  async function definitionsVersion(signal: AbortSignal): Promise<string> {
    try {
      await connection.getJson(`${definitionsGroup}/v1`, { signal });
    } catch (error) {
      if (error instanceof ConnectionError && error.status === 404) return 'v1beta1';
    }
    return 'v1';
  }

  function noteServices(objects: ReadonlyMap<string, string>): void {
    const text = JSON.stringify([...objects].sort());
    if (servicesText !== '' && text !== servicesText) onChange();
    servicesText = text;
  }

  return {
    get names() {
      return known;
    },
    find: (group, version, kind) => types.find(group, version, kind),
    async follow(signal) {
      if (known !== undefined) onRead();
      const path = async () => `${definitionsGroup}/${await definitionsVersion(signal)}/customresourcedefinitions`;
      const definitions = { path, keep: slim, onChange: noteDefinitions, onError: onRead };
      const services = { path: servicesPath, keep: availability, onChange: noteServices };
      await Promise.all([followObjects(connection, definitions, signal), followObjects(connection, services, signal)]);
    },
  };
}

interface Slim {
  readonly group: unknown;
  readonly scope: unknown;
  readonly names: Fields;
  readonly versions: readonly Fields[];
}

/** What is needed of a definition: its schemas are large. */
function slim({ spec }: Fields): Slim {
  // Of v1beta1 as well; nothing is changed of v1.
  const { group, names, scope, versions } = fields(definitionToV1({ spec }).spec);
  const { plural, singular, kind, shortNames, categories } = fields(names);
  return {
    group,
    scope,
    names: { plural, singular, kind, shortNames, categories },
    versions: (Array.isArray(versions) ? (versions as unknown[]) : [])
      .map(fields)
      .map(({ name, served, additionalPrinterColumns, selectableFields }) => ({
        name,
        served,
        additionalPrinterColumns,
        selectableFields,
      })),
  };
}

/** Whether an API service answers. */
function availability({ status }: Fields): string {
  const { conditions } = fields(status);
  const available = (Array.isArray(conditions) ? (conditions as unknown[]) : [])
    .map(fields)
    .find(({ type }) => type === 'Available');
  return String(available?.status);
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}
