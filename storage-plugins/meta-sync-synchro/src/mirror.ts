import type { Database } from './parse-database.js';
import { type Column, columns, type Key, keyColumns, type Row } from './row.js';

/** The table. Calls resolve when their change is in it; those that wait together are written together, in their order. */
export interface Mirror {
  put(row: Row): Promise<void>;
  remove(key: Key): Promise<void>;
  /** All rows with these values. */
  removeAll(values: Values): Promise<void>;
  close(): Promise<void>;
}

/** What differs between databases. Statements take `?` for values. */
export interface MirrorDriver {
  /** All of it or nothing. */
  run(statements: readonly { readonly sql: string; readonly values: readonly (string | null)[] }[]): Promise<void>;
  readonly upsert: (table: string, rows: number) => string;
  /** Of a column that is part of the key, and of others. */
  readonly keyText: string;
  readonly text: string;
  close(): Promise<void>;
}

type Change = { readonly row: Row } | { readonly key: Key };
type Values = Readonly<Partial<Record<Column, string>>>;
interface Waiting {
  readonly change: Change | { readonly values: Values };
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const mostChanges = 500;

export async function openMirror({ dialect, address }: Database, table: string): Promise<Mirror> {
  const driver = await openDriver(dialect, address);
  const definitions = columns.map((name) => {
    const isKey = keyColumns.includes(name);
    return `${name} ${isKey ? driver.keyText : driver.text}${isKey ? ' NOT NULL' : ''}`;
  });
  const primary = `PRIMARY KEY (${keyColumns.join(', ')})`;
  const sql = `CREATE TABLE IF NOT EXISTS ${table} (${[...definitions, primary].join(', ')})`;
  await driver.run([{ sql, values: [] }]);
  return createMirror(driver, table);
}

async function openDriver(dialect: Database['dialect'], address: string): Promise<MirrorDriver> {
  if (dialect === 'postgres') return (await import('./postgres-driver.js')).openPostgres(address);
  if (dialect === 'mysql') return (await import('./mysql-driver.js')).openMysql(address);
  return (await import('./sqlite-driver.js')).openSqlite(address);
}

function createMirror(driver: MirrorDriver, table: string): Mirror {
  let waiting: Waiting[] = [];
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    // Changes of other types and clusters come in the same turn.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const batch = nextBatch();
      try {
        await driver.run(statementsOf(driver, table, batch));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    running = undefined;
  }

  /** What is removed at once is done alone, behind what came before it. */
  function nextBatch(): readonly Waiting[] {
    const removal = waiting.findIndex(({ change }) => 'values' in change);
    const count = removal === 0 ? 1 : Math.min(mostChanges, removal === -1 ? waiting.length : removal);
    const batch = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return batch;
  }

  const add = (change: Waiting['change']): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.push({ change, resolve, reject });
      running ??= run();
    });

  return {
    put: (row) => add({ row }),
    remove: (key) => add({ key }),
    removeAll: (values) => add({ values }),
    async close() {
      await running;
      await driver.close();
    },
  };
}

/** The last change of each object; one statement for what is put, one for what is removed. */
function statementsOf({ upsert }: MirrorDriver, table: string, batch: readonly Waiting[]) {
  const last = new Map<string, Change>();
  for (const { change } of batch) {
    if ('values' in change) return [removalOf(table, change.values)];
    const key = 'row' in change ? change.row.slice(0, keyColumns.length) : change.key;
    last.set(JSON.stringify(key), change);
  }
  const rows = [...last.values()].flatMap((change) => ('row' in change ? [change.row] : []));
  const keys = [...last.values()].flatMap((change) => ('key' in change ? [change.key] : []));
  const condition = keys.map(() => `(${keyColumns.map((name) => `${name} = ?`).join(' AND ')})`).join(' OR ');
  return [
    ...(rows.length === 0 ? [] : [{ sql: upsert(table, rows.length), values: rows.flat() }]),
    ...(keys.length === 0 ? [] : [{ sql: `DELETE FROM ${table} WHERE ${condition}`, values: keys.flat() }]),
  ];
}

function removalOf(table: string, values: Values) {
  const condition = Object.keys(values).map((name) => `${name} = ?`);
  return { sql: `DELETE FROM ${table} WHERE ${condition.join(' AND ')}`, values: Object.values(values) };
}
