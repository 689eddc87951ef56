import { closeSchema } from '../../config/schema/close-schema.js';
import { compileSchema } from '../../config/schema/schema-compiler.js';
import { describeSchemaErrors } from '../../config/schema/schema-errors.js';
import { maskSecrets } from '../../config/schema/secrets.js';
import { checkSubdomain } from './check-subdomain.js';
import {
  type ClusterSyncResources,
  clusterApiVersion,
  type PediaCluster,
  type PediaClusterSpec,
} from './pedia-cluster.js';
import { clusterSyncResourcesSpecSchema, pediaClusterSpecSchema } from './pedia-cluster-schema.js';

/** A declaration, or everything that is wrong with it, each with its path. */
export type Validated<Value> =
  | { readonly value: Value; readonly violations?: undefined }
  | { readonly value?: undefined; readonly name: string | undefined; readonly violations: readonly string[] };

const metadata = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string', minLength: 1 } },
  additionalProperties: true,
};

const head = (kind: string) => ({
  apiVersion: { type: 'string', const: clusterApiVersion },
  kind: { type: 'string', const: kind },
  metadata,
  status: true,
});

const checks = {
  PediaCluster: compileSchema(
    closeSchema({
      type: 'object',
      required: ['apiVersion', 'kind', 'metadata', 'spec'],
      properties: { ...head('PediaCluster'), spec: pediaClusterSpecSchema },
    }),
  ),
  ClusterSyncResources: compileSchema(
    closeSchema({
      type: 'object',
      required: ['apiVersion', 'kind', 'metadata', 'spec'],
      properties: { ...head('ClusterSyncResources'), spec: clusterSyncResourcesSpecSchema },
    }),
  ),
};

/** Checks an object that was parsed from YAML or JSON. Never throws. */
export function validatePediaCluster(object: unknown): Validated<PediaCluster> {
  const violations = check('PediaCluster', object);
  const spec = record(record(object)?.spec);
  if (spec !== undefined) violations.push(...specViolations(spec as PediaClusterSpec));
  return verdict<PediaCluster>(object, violations);
}

export function validateClusterSyncResources(object: unknown): Validated<ClusterSyncResources> {
  return verdict<ClusterSyncResources>(object, check('ClusterSyncResources', object));
}

function verdict<Value>(object: unknown, violations: readonly string[]): Validated<Value> {
  if (violations.length === 0) return { value: object as Value };
  const name = record(record(object)?.metadata)?.name;
  return { name: typeof name === 'string' ? name : undefined, violations: [...new Set(violations)] };
}

function check(kind: keyof typeof checks, object: unknown): string[] {
  const validate = checks[kind];
  const violations = validate(object) ? [] : describeSchemaErrors(validate.errors);
  const name = record(record(object)?.metadata)?.name;
  if (typeof name === 'string' && name !== '' && !checkSubdomain(name)) {
    violations.push(
      `/metadata/name: must be at most 253 lower-case letters, digits, "-" and ".", beginning and ending with a letter or digit, found ${JSON.stringify(name.slice(0, 60))}`,
    );
  }
  return violations;
}

const base64Members = ['kubeconfig', 'tokenData', 'caData', 'certData', 'keyData'] as const;

/** What no schema can say. Values are not shown: they are credentials. */
function specViolations(spec: PediaClusterSpec): string[] {
  const violations: string[] = [];
  for (const member of base64Members) {
    const value: unknown = spec[member];
    if (typeof value === 'string' && !isBase64(value)) violations.push(`/spec/${member}: must be base64`);
  }
  const { kubeconfig, apiserver, tokenData, certData, keyData, authenticationFrom: from } = spec;
  if (isText(kubeconfig) || from?.kubeconfig !== undefined) return [...violations, ...resourceViolations(spec)];
  if (!isText(apiserver)) violations.push('/spec/apiserver: is missing, and so is a kubeconfig');
  else if (!isServerUrl(apiserver)) {
    violations.push(
      `/spec/apiserver: must be a URL of https or http without a password, found ${maskSecrets(JSON.stringify(apiserver.slice(0, 80)))}`,
    );
  }
  const hasCertificate = isText(certData) || from?.cert !== undefined;
  const hasKey = isText(keyData) || from?.key !== undefined;
  if (hasCertificate !== hasKey) {
    violations.push(
      hasCertificate ? '/spec/keyData: is missing beside certData' : '/spec/certData: is missing beside keyData',
    );
  }
  if (!isText(tokenData) && from?.token === undefined && !hasCertificate && !hasKey) {
    violations.push('/spec: has no credentials: a kubeconfig, tokenData, certData with keyData, or authenticationFrom');
  }
  return [...violations, ...resourceViolations(spec)];
}

function resourceViolations({ syncResources }: PediaClusterSpec): string[] {
  if (!Array.isArray(syncResources)) return [];
  return syncResources.flatMap((entry, index) => {
    const events: unknown = entry?.eventsInvolvedResources;
    const resources: unknown = entry?.resources;
    if (!Array.isArray(events) || !Array.isArray(resources) || resources.includes('*') || entry.group === '*')
      return [];
    const known = new Set(resources.map((name) => String(name).toLowerCase()));
    return events
      .filter((name) => name !== '*' && !known.has(String(name).toLowerCase()))
      .map(
        (name) =>
          `/spec/syncResources/${index}/eventsInvolvedResources: ${JSON.stringify(name)} is not among its resources`,
      );
  });
}

function isServerUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}

function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text) && text.replace(/\s/g, '').length % 4 === 0;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
