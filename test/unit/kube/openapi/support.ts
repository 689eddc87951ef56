import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { DocumentBuilder } from '../../../../src/kube/openapi/document-builder.js';
import type { JsonObject, JsonValue } from '../../../../src/kube/openapi/json-value.js';
import { parseSchemaLibrary } from '../../../../src/kube/openapi/schema-library.js';
import { repositoryRoot } from '../../../support/clusterdex.js';

/** The asset as it is shipped. */
export const schemaText = brotliDecompressSync(
  readFileSync(join(repositoryRoot, 'assets', 'kubernetes-openapi.br')),
).toString();
export const library = parseSchemaLibrary(schemaText);

/** What a kube-apiserver answered; see test/fixtures/openapi. */
export function readFixture(name: string): Buffer {
  return readFileSync(join(repositoryRoot, 'test', 'fixtures', 'openapi', name));
}

export function readJson<T = Readonly<Record<string, JsonObject>>>(name: string): T {
  return JSON.parse(readFixture(name).toString()) as T;
}

interface Definition extends JsonObject {
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: { readonly kind: string; readonly plural: string };
    readonly versions: readonly ({ readonly name: string } & JsonObject)[];
  };
}

export const definitions = readJson<{ readonly items: readonly Definition[] }>(
  'custom-resource-definitions.json',
).items;

export function newBuilder(options: { readonly canGet?: boolean } = {}): DocumentBuilder {
  return new DocumentBuilder(library, {
    canWatch: true,
    canGet: true,
    listParameters: [],
    getParameters: [],
    ...options,
  });
}

export function addDefinitions(builder: DocumentBuilder): void {
  for (const definition of definitions) {
    const { group, scope, names, versions } = definition.spec;
    for (const { name: version } of versions) {
      const { kind, plural: resource } = names;
      builder.add({ group, version, kind, resource, namespaced: scope === 'Namespaced' }, definition);
    }
  }
}

/**
 * What we say in other words than a kube-apiserver of a custom resource: what a list holds, and the two members that an embedded
 * object has to have. A list is called after its kind, whatever its definition says.
 */
export function withoutOwnWords(schema: JsonValue): JsonValue {
  return JSON.parse(
    JSON.stringify(schema, (key, value: JsonValue) => {
      if (
        key === 'description' &&
        typeof value === 'string' &&
        /^(?:List of|(?:api|API)Version|[kK]ind) /.test(value)
      ) {
        return undefined;
      }
      return typeof value === 'string' ? value.replace(/WidgetCollection/g, 'WidgetList') : value;
    }),
  );
}
