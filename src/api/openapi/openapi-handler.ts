import type { ServerResponse } from 'node:http';
import type { ResourceInventory } from '@clusterdex/storage-contract';
import { serverVersion } from '../../config/server-version.js';
import { DocumentBuilder } from '../../kube/openapi/document-builder.js';
import type { JsonObject } from '../../kube/openapi/json-value.js';
import { unknownCluster, unknownPath } from '../api-error.js';
import { groupResources } from '../discovered-group.js';
import { createDocument, type Document, digest } from '../document.js';
import type { InventoryCache } from '../inventory-cache.js';
import { pluginPaths } from '../plugins/plugin-openapi.js';
import type { ServedPlugin } from '../plugins/served-plugin.js';
import { apiGroup, apiVersion, type OpenapiTarget, pluginGroup, pluginVersion } from '../request-path.js';
import { sendDocument } from '../send-document.js';
import { DocumentCache } from './document-cache.js';
import { type DocumentPlan, planDocuments } from './document-plan.js';
import { type OpenapiForm, openapiFormOf, openapiTypes } from './openapi-form.js';
import { addOuterTypes } from './outer-types.js';
import { getParameters, listParameters, parameterComponents } from './parameter-components.js';
import { loadSchemaAsset, type SchemaAsset } from './schema-asset.js';

/** What is kept of documents that were made, in bytes: some ten of them. */
const cacheCapacity = 8 * 1024 * 1024;
const millisecondsPerYear = 365 * 24 * 60 * 60 * 1000;
const info = { title: 'clusterdex', version: `v${serverVersion}` };

/** Serves the OpenAPI documents of the clusters' resources, custom ones included, and of the server itself. */
export function createOpenapiHandler(
  inventory: InventoryCache,
  { canWatch, plugin }: { readonly canWatch: boolean; readonly plugin?: ServedPlugin },
) {
  const cache = new DocumentCache(cacheCapacity);
  /** Documents are made one at a time: a large one needs several times its size meanwhile. */
  let last: Promise<unknown> = Promise.resolve();

  async function findPlans(target: OpenapiTarget, asset: SchemaAsset): Promise<ReadonlyMap<string, DocumentPlan>> {
    if (target.root === 'outer') return outerPlans(asset, canWatch, plugin);
    const { cluster } = target;
    await inventory.refresh();
    const view = inventory.view(cluster);
    if (view === undefined) throw cluster === undefined ? unknownPath() : unknownCluster(cluster);
    const documents = documentsOf(view.resources);
    const wanted = documents.get(target.document);
    if (target.document === 'v3') documents.delete('v2');
    else if (wanted === undefined) throw unknownPath();
    const chosen = wanted === undefined ? documents : new Map([[target.document, wanted]]);
    return planDocuments(chosen, { asset, inventory, cluster, canWatch });
  }

  function make(plan: DocumentPlan, form: OpenapiForm, version: 'v2' | 'v3'): Promise<Document> {
    const key = `${form} ${plan.hash}`;
    const made = last.then(async () => {
      const known = cache.get(key);
      if (known !== undefined) return known;
      const bytes = writeDocument(await plan.build(), form, version);
      const etag = form === 'json' ? `"${plan.hash}"` : `"${plan.hash}-${form}"`;
      const document = { bytes, type: openapiTypes[form], etag };
      cache.set(key, document);
      return document;
    });
    last = made.catch(() => {});
    return made;
  }

  return async (response: ServerResponse, target: OpenapiTarget, query: string): Promise<void> => {
    const { document: name } = target;
    const version = name === 'v2' ? 'v2' : 'v3';
    const form = openapiFormOf(response.req.headers.accept, version === 'v2');
    const prefix = prefixOf(target);
    const plans = await findPlans(target, await loadSchemaAsset());
    if (name === 'v3') return sendDocument(response, indexDocument(plans, prefix));
    const plan = plans.get(name);
    if (plan === undefined) throw unknownPath();
    const hash = new URLSearchParams(query).get('hash') ?? '';
    if (hash !== '' && hash !== plan.hash) return redirect(response, linkTo(prefix, name, plan.hash));
    const document = await make(plan, form, version);
    // What a link with its hash leads to never changes; the link does.
    return sendDocument(
      response,
      document,
      hash === '' ? {} : { cacheControl: 'public, immutable', expires: nextYear() },
    );
  };
}

/** The types of each document, by its name behind `openapi/`. */
function documentsOf(types: readonly ResourceInventory[]): Map<string, readonly ResourceInventory[]> {
  const documents = new Map<string, readonly ResourceInventory[]>();
  const all: ResourceInventory[] = [];
  for (const { group, versions } of groupResources(types, false)) {
    for (const { version, resources } of versions) {
      documents.set(group === '' ? `v3/api/${version}` : `v3/apis/${group}/${version}`, resources);
      all.push(...resources);
    }
  }
  return documents.set('v2', all);
}

function outerPlans(
  asset: SchemaAsset,
  canWatch: boolean,
  plugin: ServedPlugin | undefined,
): ReadonlyMap<string, DocumentPlan> {
  const paths = plugin?.hasOwn ? pluginPaths(plugin) : undefined;
  const name = `v3/apis/${apiGroup}/${apiVersion}`;
  return new Map([
    [name, outerPlan(name)],
    ['v2', outerPlan('v2', paths)],
    ...(paths === undefined ? [] : [pluginPlan(asset, paths)]),
  ]);

  function outerPlan(name: string, swaggerPaths?: JsonObject): DocumentPlan {
    return {
      hash: digest(asset.digest, serverVersion, JSON.stringify({ name, canWatch, swaggerPaths })),
      async build() {
        const builder = new DocumentBuilder(asset.library, { canWatch, canGet: true, listParameters, getParameters });
        addOuterTypes(builder, canWatch);
        if (swaggerPaths !== undefined) builder.addSwaggerPaths(swaggerPaths);
        return builder;
      },
    };
  }
}

function pluginPlan(asset: SchemaAsset, paths: JsonObject): readonly [string, DocumentPlan] {
  const plan: DocumentPlan = {
    hash: digest(serverVersion, JSON.stringify(paths)),
    async build() {
      const options = { canWatch: false, canGet: true, listParameters, getParameters };
      const builder = new DocumentBuilder(asset.library, options);
      builder.addPaths(paths);
      return builder;
    },
  };
  return [`v3/apis/${pluginGroup}/${pluginVersion}`, plan];
}

/** Where each document is, with its hash, so that clients need not ask twice for one that they have. */
function indexDocument(plans: ReadonlyMap<string, DocumentPlan>, prefix: string): Document {
  const links = [...plans]
    .filter(([name]) => name !== 'v2')
    .map(([name, { hash }]) => [name.slice('v3/'.length), { serverRelativeURL: linkTo(prefix, name, hash) }] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createDocument({ paths: Object.fromEntries(links) });
}

function writeDocument(builder: DocumentBuilder, form: OpenapiForm, version: 'v2' | 'v3'): Uint8Array {
  if (version === 'v3') return Buffer.from(`${builder.openapi(info, parameterComponents)}\n`);
  return form === 'json' ? Buffer.from(`${builder.swagger(info)}\n`) : builder.swaggerProtobuf(info);
}

function prefixOf({ root, cluster }: OpenapiTarget): string {
  if (root === 'outer') return '/openapi';
  const inner = `/apis/${apiGroup}/${apiVersion}/resources`;
  return cluster === undefined ? `${inner}/openapi` : `${inner}/clusters/${encodeURIComponent(cluster)}/openapi`;
}

function linkTo(prefix: string, name: string, hash: string): string {
  return `${prefix}/${name.split('/').map(encodeURIComponent).join('/')}?hash=${hash}`;
}

function redirect(response: ServerResponse, location: string): void {
  if (response.destroyed) return;
  response.writeHead(301, { Location: location, 'Cache-Control': 'no-cache, private', 'Content-Length': 0 });
  response.end();
}

function nextYear(): string {
  return new Date(Date.now() + millisecondsPerYear).toUTCString();
}
