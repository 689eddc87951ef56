import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { batchEnd } from '@clusterdex/storage-sql';
import { AuxiliaryWriter } from './auxiliary-writer.js';
import { Dictionaries } from './dictionaries.js';
import { FieldIndexWriter } from './field-index-writer.js';
import { mapError } from './map-error.js';
import { openDatabase } from './open-database.js';
import { type PackedForm, type PackedObjects, PackedReader } from './packed-reader.js';
import { readPage } from './read-page.js';
import { RowReader } from './row-reader.js';
import { selectIdentifiers } from './select-identifiers.js';
import { Statements } from './statements.js';
import { WordIndexer } from './word-indexer.js';
import type { OperationName, WorkerOperations, WorkerReply, WorkerRequest, WorkerSetup } from './worker-protocol.js';
import { ChangeWriter } from './write-changes.js';

type Handlers = {
  [Name in OperationName]?: (request: WorkerOperations[Name]['request']) => WorkerOperations[Name]['response'];
};

function createHandlers({ mode, database: options }: WorkerSetup): Handlers {
  const database = openDatabase(options, mode);
  const shared: Handlers = {
    open: () => undefined,
    close: () => {
      database.close();
      return undefined;
    },
  };
  if (mode === 'read') {
    const statements = new Statements(database);
    const objects = new PackedReader(database);
    const rows = new RowReader(database);
    const read = (ids: Float64Array, form: PackedForm) =>
      form.rowPrefix === undefined ? objects.read(ids, form) : rows.read(ids, form, form.rowPrefix);
    return {
      ...shared,
      select({ query, form, mostBytes }) {
        const found = selectIdentifiers(statements, query);
        if (form === undefined) return { found, first: undefined };
        return { found, first: read(found.ids.subarray(0, batchEnd(found.sizes, 0, mostBytes)), form) };
      },
      read: ({ ids, form }) => read(ids, form),
      readPage: (request) => readPage({ statements, read }, request),
    };
  }
  const dictionaries = new Dictionaries(database);
  const fields = new FieldIndexWriter(database, dictionaries);
  const changes = new ChangeWriter(database, { dictionaries, fields, historyChanges: options.historyChanges });
  const auxiliary = new AuxiliaryWriter(database);
  const words = new WordIndexer(database);
  return {
    ...shared,
    write: ({ type, cluster, changes: packed }) => changes.write(type, cluster, packed),
    clean: ({ cluster, type, limit }) => changes.clean(cluster, type, limit),
    recordEvents: ({ cluster, events }) => auxiliary.recordEvents(cluster, events),
    putInventory: ({ cluster, inventory }) => auxiliary.putInventory(cluster, inventory),
    beginWords: () => words.begin(),
    indexWords: (milliseconds) => words.step(milliseconds),
    dropWords: () => words.drop(),
    declareFields: (declarations) => fields.declare(declarations),
    buildFields: (milliseconds) => fields.build(milliseconds),
    forgetCluster: (cluster) => auxiliary.forgetCluster(cluster),
  };
}

/** What need not be copied on its way to the other thread. */
function transferable(reply: WorkerReply): ArrayBuffer[] {
  if (!('response' in reply) || typeof reply.response !== 'object' || reply.response === null) return [];
  const { first, joined } = reply.response as { first?: PackedObjects; joined?: Uint8Array };
  const bytes = joined ?? first?.joined;
  return bytes === undefined ? [] : [bytes.buffer as ArrayBuffer];
}

function failure(error: unknown, file: string) {
  const { code, message, retryable, stack } = mapError(error, file);
  return { code, message, retryable, stack };
}

function serve(port: NonNullable<typeof parentPort>, setup: WorkerSetup): void {
  let handlers: Handlers | undefined;
  port.on('message', ({ id, operation, request }: WorkerRequest) => {
    let reply: WorkerReply;
    try {
      handlers ??= createHandlers(setup);
      const handler = handlers[operation] as ((request: unknown) => unknown) | undefined;
      reply = { id, response: handler?.(request) };
    } catch (error) {
      reply = { id, failure: failure(error, setup.database.file) };
    }
    port.postMessage(reply, transferable(reply));
    if (operation === 'close') port.close();
  });
}

if (!isMainThread && parentPort !== null) serve(parentPort, workerData as WorkerSetup);
