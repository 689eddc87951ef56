import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type Database from 'better-sqlite3';
import { bucketLabel } from '../support/fleet.js';
import type { KubernetesObject } from '../support/kubernetes-object.js';
import { batchSize, listLimit, type ObjectKey, type Subject } from './subject.js';

const pluginFolder = resolve(import.meta.dirname, '../../../storage-plugins/sqlite-storage');
const openSqlite = createRequire(join(pluginFolder, 'package.json'))('better-sqlite3') as typeof Database;

function parsePod(json: Buffer): KubernetesObject {
  return JSON.parse(json.toString()) as KubernetesObject;
}

/** The limit of a SQLite storage: JSON.parse and prepared statements on one table, in one thread, with as durable a file. */
export function createBareSqlite(dataDirectory: string): Subject {
  const database = new openSqlite(join(dataDirectory, 'bare.sqlite'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec(
    'CREATE TABLE pods (id INTEGER PRIMARY KEY, cluster TEXT, namespace TEXT, name TEXT, bucket TEXT, object TEXT);' +
      'CREATE UNIQUE INDEX pods_key ON pods (cluster, namespace, name); CREATE INDEX pods_bucket ON pods (bucket);',
  );
  const insert = database.prepare(
    'INSERT INTO pods (cluster, namespace, name, bucket, object) VALUES (?, ?, ?, ?, CAST(? AS TEXT))',
  );
  const blob = 'SELECT CAST(object AS BLOB) FROM pods';
  const get = database.prepare(`${blob} WHERE cluster = ? AND namespace = ? AND name = ?`).pluck();
  const list = database.prepare(`${blob} ORDER BY cluster, namespace, name LIMIT ${listLimit}`).pluck();
  const label = database.prepare(`${blob} WHERE bucket = ?`).pluck();
  const sum = (rows: unknown[]): number => (rows as Buffer[]).reduce((bytes, row) => bytes + row.length, 0);
  const write = database.transaction((cluster: string, pods: readonly Buffer[]) => {
    for (const pod of pods) {
      const { metadata } = parsePod(pod);
      insert.run(cluster, metadata.namespace, metadata.name, metadata.labels?.[bucketLabel] ?? '', pod);
    }
  });
  return {
    async ingest(cluster, pods) {
      for (let start = 0; start < pods.length; start += batchSize) write(cluster, pods.slice(start, start + batchSize));
    },
    get: (key) => (get.get(...key) as Buffer).length,
    list: () => sum(list.all()),
    label: (value) => sum(label.all(value)),
    async close() {
      database.close();
    },
  };
}

/** The limit of a memory storage: JSON.parse, and the bytes in a Map. Its lists are made beforehand: nothing is left to search. */
export function createBareMap(): Subject {
  const objects = new Map<string, Buffer>();
  const buckets = new Map<string, Buffer[]>();
  const nameOf = (key: ObjectKey): string => key.join('/');
  return {
    async ingest(cluster, pods) {
      for (const pod of pods) {
        const { metadata } = parsePod(pod);
        const copy = Buffer.allocUnsafeSlow(pod.length);
        pod.copy(copy);
        objects.set(nameOf([cluster, metadata.namespace ?? '', metadata.name]), copy);
        const bucket = metadata.labels?.[bucketLabel] ?? '';
        const others = buckets.get(bucket);
        if (others === undefined) buckets.set(bucket, [copy]);
        else others.push(copy);
      }
    },
    get: (key) => objects.get(nameOf(key))?.length ?? 0,
    list() {
      let bytes = 0;
      let left = listLimit;
      for (const json of objects.values()) {
        bytes += json.length;
        left -= 1;
        if (left === 0) break;
      }
      return bytes;
    },
    label: (value) => (buckets.get(value) ?? []).reduce((bytes, json) => bytes + json.length, 0),
    async close() {
      objects.clear();
    },
  };
}
