import {
  createStorageError,
  type FieldPath,
  type FieldRequirement,
  type FullTextQuery,
} from '@clusterdex/storage-contract';
import {
  compileFieldRequirement,
  compileFullText,
  fieldText,
  fieldValue,
  parseFields,
} from '@clusterdex/storage-contract/selection';
import Database from 'better-sqlite3';
import type { SqliteConfig } from './config.js';
import { applicationId, migrations } from './schema.js';

export type DatabaseOptions = Pick<
  SqliteConfig,
  'file' | 'synchronous' | 'cacheMegabytes' | 'busyTimeoutMilliseconds' | 'historyChanges'
>;

const pageBytes = 16384;
/** So long may the write-ahead log grow before its pages go into the file. */
const logBytes = 64 * 2 ** 20;

const cached = <Value>(parse: (text: string) => Value, limit = 256): ((text: string) => Value) => {
  const values = new Map<string, Value>();
  return (text) => {
    let value = values.get(text);
    if (value === undefined) {
      if (values.size >= limit) values.clear();
      value = parse(text);
      values.set(text, value);
    }
    return value;
  };
};

/** As Kubernetes reads an integer of a label: decimal, 64 bits. */
function parseInteger(text: string): bigint | undefined {
  if (!/^[+-]?\d{1,40}$/.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ''));
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/** What SQL cannot say the same way as the reference selection, it asks the reference selection. */
function defineFunctions(database: Database.Database): void {
  const requirementOf = cached((text) => compileFieldRequirement(JSON.parse(text) as FieldRequirement));
  const pathOf = cached((text) => JSON.parse(text) as FieldPath);
  const options = { deterministic: true, directOnly: true };
  database.function('field_matches', options, (object: string, requirement: string) =>
    Number(requirementOf(requirement)(parseFields(object))),
  );
  database.function('field_order', options, (object: string, path: string) => {
    const value = fieldValue(pathOf(path), parseFields(object));
    if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value ? value : Number(value);
    return typeof value === 'number' ? value : (fieldText(value) ?? null);
  });
  const queryOf = cached((text) => compileFullText(JSON.parse(text) as FullTextQuery));
  database.function('text_matches', options, (object: Buffer, query: string) => Number(queryOf(query)(object)));
  database.function('compare_integers', options, (left: string, right: string) => {
    const [a, b] = [parseInteger(left), parseInteger(right)];
    if (a === undefined || b === undefined) return null;
    return a === b ? 0 : a < b ? -1 : 1;
  });
}

function migrate(database: Database.Database, file: string): void {
  const readVersion = () => database.pragma('user_version', { simple: true }) as number;
  const found = readVersion();
  if (found > migrations.length) {
    throw createStorageError(
      'INVALID',
      `${file} has schema version ${found}, this version of the sqlite storage knows versions up to ${migrations.length}; use a newer one`,
    );
  }
  if (found === migrations.length) return;
  // Another process may be doing the same: whoever gets the lock first migrates, the others find it done.
  database
    .transaction(() => {
      for (let version = readVersion(); version < migrations.length; version++) {
        database.exec(migrations[version] ?? '');
        database.pragma(`user_version = ${version + 1}`);
      }
      database.pragma(`application_id = ${applicationId}`);
    })
    .immediate();
}

function refuseForeignFile(database: Database.Database, file: string): void {
  const id = database.pragma('application_id', { simple: true });
  const tables = database.prepare("SELECT count(*) FROM sqlite_schema WHERE name <> 'sqlite_sequence'").pluck().get();
  if (id !== applicationId && tables !== 0) {
    throw createStorageError('INVALID', `${file} is an SQLite database of another program; name another file`);
  }
}

/** Opens for writing (creating and migrating the file) or for reading only. */
export function openDatabase(options: DatabaseOptions, mode: 'write' | 'read'): Database.Database {
  const database = new Database(options.file, { readonly: mode === 'read', timeout: options.busyTimeoutMilliseconds });
  try {
    if (mode === 'write') {
      // Large pages: an object of a few kilobytes lies in one piece. Takes effect on a new file only.
      database.pragma(`page_size = ${pageBytes}`);
      refuseForeignFile(database, options.file);
      database.pragma('journal_mode = WAL');
      database.pragma(`synchronous = ${options.synchronous}`);
      // Pages of indexes change with every batch: the fewer checkpoints, the less often each is written into the file.
      database.pragma(`wal_autocheckpoint = ${logBytes / pageBytes}`);
      database.pragma(`journal_size_limit = ${logBytes}`);
      migrate(database, options.file);
    }
    database.pragma(`cache_size = -${options.cacheMegabytes * 1024}`);
    database.pragma('temp_store = MEMORY');
    defineFunctions(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
