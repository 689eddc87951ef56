import type { StorageHost } from '@clusterdex/storage-contract';
import { selectableFromJson } from '@clusterdex/storage-contract/selection';
import { bulk, failureOf } from './bulk.js';
import { createDocument, documentId, type StoredDocument } from './document.js';
import type { Engine } from './engine.js';
import { toType } from './hit-batch.js';
import type { IndexNames } from './index-definitions.js';
import { ListOrder } from './list-order.js';
import { errorTypes, statusOf } from './map-error.js';
import { Search } from './search.js';
import type { Salt } from './tokens.js';

const documentsPerRequest = 500;

interface Upgrade {
  readonly engine: Engine;
  readonly names: IndexNames;
  readonly isOpenSearch: boolean;
  readonly salt: Salt;
  /** The index behind the alias, and the one that takes its place; it exists. */
  readonly from: string;
  readonly to: string;
  readonly logger: StorageHost['logger'];
}

/**
 * Fills an index of another version and puts it behind the alias. Until then the old one takes no writes. Several processes may do so at once,
 * and one may go on where another died: a document that is there already is left alone. The old index stays, for whoever wants it.
 */
export async function upgradeIndex(upgrade: Upgrade): Promise<void> {
  const { engine, names, from, to, logger } = upgrade;
  logger.info({ from, to }, 'copying the objects into an index of the new version');
  await engine.request({ method: 'PUT', path: `/${from}/_block/write`, what: 'closing the old index for writes' });
  await engine.request({ method: 'POST', path: `/${from}/_refresh`, what: 'refreshing', repeatable: true });
  const search = new Search(engine, { ...names, resources: from }, upgrade);
  const request = { query: { match_all: {} }, order: new ListOrder({}), after: undefined, signal: undefined };
  let copied = 0;
  for await (const hits of search.pages({ ...request, size: documentsPerRequest })) {
    const actions = hits.flatMap(({ _source }) =>
      _source === undefined ? [] : [{ operation: 'create' as const, ...copyOf(_source, upgrade.salt) }],
    );
    const outcome = await bulk(engine, to, actions, { what: 'copying objects', requireAlias: false }).catch((error) =>
      engine.rethrow(error),
    );
    const failure = outcome.find((one) => one !== undefined && one.status !== 409);
    if (failure !== undefined) throw failureOf(failure, engine.server);
    copied += actions.length;
  }
  await moveAlias(upgrade);
  logger.info({ from, to, copied }, 'the new index is in use; the old one may be deleted');
}

function copyOf({ object, row, state }: StoredDocument, salt: Salt): { id: string; document: string } {
  const { digest, synced, metadataEnd, batch, cluster } = state;
  const json = Buffer.from(object);
  const selectable = selectableFromJson(json, cluster);
  const type = toType(state.type);
  const source = { type, selectable, json, row, state: { digest, synced, metadataEnd, batch } };
  const id = documentId(type, [cluster, state.namespace, state.name]);
  return { id, document: createDocument(source, salt) };
}

async function moveAlias({ engine, names, from, to }: Upgrade): Promise<void> {
  const alias = names.resources;
  const actions = [
    { remove: { index: from, alias, must_exist: true } },
    { add: { index: to, alias, is_write_index: true } },
  ];
  try {
    await engine.raw({
      method: 'POST',
      path: '/_aliases',
      body: { actions },
      what: 'moving the alias',
      repeatable: true,
    });
  } catch (error) {
    // Another process was first.
    if (statusOf(error) !== 404 || !errorTypes(error).includes('aliases_not_found_exception')) engine.rethrow(error);
  }
}
