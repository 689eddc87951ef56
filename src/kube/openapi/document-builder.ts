import type { ResourceType } from '@clusterdex/storage-contract';
import { type CommonSchemas, createCommonSchemas, type Kind, schemasPrefix } from './common-schemas.js';
import { customResourceSchema } from './custom-resource-schema.js';
import type { JsonObject, JsonValue } from './json-value.js';
import { type ResourcePathsOptions, resourcePaths } from './resource-paths.js';
import type { SchemaLibrary } from './schema-library.js';
import { schemaName } from './schema-name.js';
import { toSwaggerPaths } from './swagger-paths.js';
import { encodeSwaggerPaths } from './swagger-paths-protobuf.js';
import { encodeDefinition, encodeSwagger } from './swagger-protobuf.js';
import { toSwaggerSchema } from './swagger-schema.js';

export interface DocumentInfo {
  readonly title: string;
  readonly version: string;
}

/** Collects the types of a document, one by one, then writes it in any of the forms that there are. */
export class DocumentBuilder {
  private readonly common: CommonSchemas;
  /** Schemas that the library does not have, as text. */
  private readonly own = new Map<string, string>();
  private readonly roots = new Set<string>();
  private readonly paths: JsonObject[] = [];
  private swaggerPaths: JsonObject = {};

  constructor(
    private readonly library: SchemaLibrary,
    private readonly options: ResourcePathsOptions,
  ) {
    this.common = createCommonSchemas(library);
  }

  /** `definition` is the CustomResourceDefinition of the type, if there is one. */
  add(type: ResourceType, definition?: JsonValue): void {
    const { group, version, kind } = type;
    let schema = this.library.nameOf(group, version, kind);
    let listSchema = this.library.nameOf(group, version, `${kind}List`);
    if (schema === undefined || listSchema === undefined) {
      schema = schemaName(group, version, kind);
      listSchema = schemaName(group, version, `${kind}List`);
      const { objectProperties } = this.common;
      const custom =
        definition === undefined ? undefined : customResourceSchema(definition, { version, objectProperties });
      this.addSchema(schema, custom?.schema ?? this.common.openSchema(type));
      this.addSchema(listSchema, this.common.listSchema(type, schema, custom?.extensions));
    }
    this.roots.add(schema).add(listSchema);
    this.paths.push(resourcePaths({ type, schema, listSchema }, this.options));
  }

  private addSchema(name: string, schema: JsonObject): void {
    this.own.set(name, JSON.stringify(schema));
    this.roots.add(name);
  }

  /** A kind of the server's own, and its list; what all objects have is added. */
  addObject(
    type: Kind,
    name: string,
    { properties, ...members }: JsonObject & { readonly properties: JsonObject },
  ): void {
    const { group, version, kind } = type;
    this.addSchema(name, {
      type: 'object',
      ...members,
      properties: { ...this.common.objectProperties, ...properties },
      'x-kubernetes-group-version-kind': [{ group, kind, version }],
    });
    this.addSchema(`${name}List`, this.common.listSchema(type, name));
  }

  /** Of OpenAPI v3. */
  addPaths(paths: JsonObject): void {
    this.paths.push(paths);
  }

  /** Of OpenAPI v2, in the words of v3; those of types are in v3 alone. */
  addSwaggerPaths(paths: JsonObject): void {
    this.swaggerPaths = { ...this.swaggerPaths, ...toSwaggerPaths(paths) };
  }

  /** OpenAPI v3, as JSON. */
  openapi(info: DocumentInfo, parameters: JsonObject): string {
    const schemas = this.names().map((name) => `${JSON.stringify(name)}:${this.text(name)}`);
    const head = { openapi: '3.0.0', info, paths: Object.assign({}, ...this.paths) };
    const components = `{"parameters":${JSON.stringify(parameters)},"schemas":{${schemas.join(',')}}}`;
    return `${JSON.stringify(head).slice(0, -1)},"components":${components}}`;
  }

  /** OpenAPI v2, as JSON: the schemas, and the paths that were added for it. */
  swagger(info: DocumentInfo): string {
    const definitions = this.names().map((name) => `${JSON.stringify(name)}:${JSON.stringify(this.definition(name))}`);
    const head = { swagger: '2.0', info, paths: this.swaggerPaths };
    return `${JSON.stringify(head).slice(0, -1)},"definitions":{${definitions.join(',')}}}`;
  }

  /** The same in the form of protobuf that old clients want. */
  swaggerProtobuf(info: DocumentInfo): Uint8Array {
    return encodeSwagger(info, {
      paths: encodeSwaggerPaths(this.swaggerPaths),
      definitions: this.names().map((name) => encodeDefinition(name, this.definition(name))),
    });
  }

  private definition(name: string): JsonObject {
    return toSwaggerSchema(JSON.parse(this.text(name)) as JsonObject);
  }

  /** Of all schemas that are added, and of those to which they refer, in order. */
  private names(): readonly string[] {
    const found = new Set(this.roots);
    for (const name of found) for (const reference of referencesOf(this.text(name))) found.add(reference);
    return [...found].sort();
  }

  private text(name: string): string {
    return this.own.get(name) ?? this.library.text(name) ?? '{}';
  }
}

const quotedPrefix = `"${schemasPrefix}`;

function referencesOf(text: string): readonly string[] {
  const references: string[] = [];
  for (let at = text.indexOf(quotedPrefix); at !== -1; at = text.indexOf(quotedPrefix, at)) {
    const start = at + quotedPrefix.length;
    at = text.indexOf('"', start);
    references.push(text.slice(start, at));
  }
  return references;
}
