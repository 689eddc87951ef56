import { createConnection } from 'mysql2/promise';
import { bucketLabel } from '../support/fleet.js';
import type { KubernetesObject } from '../support/kubernetes-object.js';
import { batchSize, listLimit, type Subject } from './subject.js';

/** The limit of a MySQL storage: JSON.parse, and the driver on one table, over one connection; inserts of many rows at once. */
export async function createBareMysql({ dsn, database }: Readonly<Record<string, unknown>>): Promise<Subject> {
  const connection = await createConnection({ uri: String(dsn), multipleStatements: true });
  await connection.query(
    `CREATE DATABASE \`${database}\`; USE \`${database}\`;
     CREATE TABLE pods (id BIGINT AUTO_INCREMENT PRIMARY KEY, cluster VARBINARY(253), namespace VARBINARY(253), name VARBINARY(253),
       bucket VARBINARY(253), object LONGBLOB, UNIQUE KEY pods_key (cluster, namespace, name), KEY pods_bucket (bucket)) ENGINE=InnoDB`,
  );
  const read = async (text: string, values: readonly (string | number)[]): Promise<number> => {
    const [rows] = await connection.query({
      sql: `SELECT object FROM pods ${text}`,
      values: [...values],
      rowsAsArray: true,
    });
    // As they are sent to somebody: in one piece of bytes.
    return Buffer.concat((rows as unknown as [Buffer][]).map(([object]) => object)).length;
  };
  return {
    async ingest(cluster, pods) {
      for (let start = 0; start < pods.length; start += batchSize) {
        const rows = pods.slice(start, start + batchSize).map((json) => {
          const text = json.toString();
          const { metadata } = JSON.parse(text) as KubernetesObject;
          return [cluster, metadata.namespace, metadata.name, metadata.labels?.[bucketLabel] ?? '', text];
        });
        await connection.query('INSERT INTO pods (cluster, namespace, name, bucket, object) VALUES ?', [rows]);
      }
    },
    get: (key) => read('WHERE cluster = ? AND namespace = ? AND name = ?', key),
    list: () => read(`ORDER BY cluster, namespace, name LIMIT ${listLimit}`, []),
    label: (value) => read('WHERE bucket = ?', [value]),
    close: () => connection.end(),
  };
}
