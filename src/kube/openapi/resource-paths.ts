import type { ResourceType } from '@clusterdex/storage-contract';
import { schemasPrefix } from './common-schemas.js';
import type { JsonObject } from './json-value.js';

export interface ResourcePathsOptions {
  readonly canWatch: boolean;
  /** Single objects can be asked for where there is one cluster alone. */
  readonly canGet: boolean;
  /** Names of the parameters of lists, and of single objects, among the components of the document. */
  readonly listParameters: readonly string[];
  readonly getParameters: readonly string[];
}

export interface DescribedResource {
  readonly type: ResourceType;
  /** The names of its schema and of that of its list. */
  readonly schema: string;
  readonly listSchema: string;
}

/** The paths of a resource, as a kube-apiserver describes them, without what would change something. */
export function resourcePaths(resource: DescribedResource, options: ResourcePathsOptions): JsonObject {
  const { group, version, resource: plural, namespaced } = resource.type;
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const list = listOperation(resource, options);
  if (!namespaced) {
    const id = `${camelGroup(group)}${capitalize(version)}`;
    return {
      [`${root}/${plural}`]: { get: list(`list${id}${resource.type.kind}`) },
      ...(options.canGet && {
        [`${root}/${plural}/{name}`]: {
          get: getOperation(resource, `read${id}${resource.type.kind}`),
          parameters: [pathParameter('name'), ...references(options.getParameters)],
        },
      }),
    };
  }
  const id = `${camelGroup(group)}${capitalize(version)}`;
  const inNamespace = `${root}/namespaces/{namespace}/${plural}`;
  return {
    [`${root}/${plural}`]: { get: list(`list${id}${resource.type.kind}ForAllNamespaces`) },
    [inNamespace]: {
      get: list(`list${id}Namespaced${resource.type.kind}`),
      parameters: [pathParameter('namespace')],
    },
    ...(options.canGet && {
      [`${inNamespace}/{name}`]: {
        get: getOperation(resource, `read${id}Namespaced${resource.type.kind}`),
        parameters: [pathParameter('name'), pathParameter('namespace'), ...references(options.getParameters)],
      },
    }),
  };
}

function listOperation({ type, listSchema }: DescribedResource, options: ResourcePathsOptions) {
  const types = [
    'application/json',
    ...(options.canWatch ? ['application/json;stream=watch'] : []),
    'application/yaml',
  ];
  return (operationId: string): JsonObject => ({
    tags: [tagOf(type)],
    description: `${options.canWatch ? 'list or watch' : 'list'} objects of kind ${type.kind}`,
    operationId,
    parameters: references(options.listParameters),
    responses: responses(listSchema, types),
    'x-kubernetes-action': 'list',
    'x-kubernetes-group-version-kind': groupVersionKind(type),
  });
}

function getOperation({ type, schema }: DescribedResource, operationId: string): JsonObject {
  return {
    tags: [tagOf(type)],
    description: `read the specified ${type.kind}`,
    operationId,
    responses: responses(schema, ['application/json', 'application/yaml']),
    'x-kubernetes-action': 'get',
    'x-kubernetes-group-version-kind': groupVersionKind(type),
  };
}

function responses(schema: string, types: readonly string[]): JsonObject {
  const content = { schema: { $ref: `${schemasPrefix}${schema}` } };
  return { '200': { description: 'OK', content: Object.fromEntries(types.map((type) => [type, content])) } };
}

function groupVersionKind({ group, version, kind }: ResourceType): JsonObject {
  return { group, version, kind };
}

function references(parameters: readonly string[]): readonly JsonObject[] {
  return parameters.map((name) => ({ $ref: `#/components/parameters/${name}` }));
}

function pathParameter(name: 'name' | 'namespace'): JsonObject {
  const description = name === 'name' ? 'name of the object' : 'namespace of the objects';
  return { name, in: 'path', description, required: true, schema: { type: 'string', uniqueItems: true } };
}

/** `apps_v1`, `rbacAuthorization_v1`, `certsAcmeExample_v1`. */
function tagOf({ group, version }: ResourceType): string {
  const name = camelGroup(group);
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}_${version}`;
}

function camelGroup(group: string): string {
  return (group === '' ? 'core' : group.replace(/\.k8s\.io$/, '')).split(/[.-]/).map(capitalize).join('');
}

function capitalize(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}
