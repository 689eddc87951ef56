import pg from 'pg';
import { bucketLabel } from '../support/fleet.js';
import type { KubernetesObject } from '../support/kubernetes-object.js';
import { batchSize, listLimit, type Subject } from './subject.js';

/** The limit of a PostgreSQL storage: JSON.parse, and the driver's prepared statements on one table, over one connection. */
export async function createBarePostgres({ dsn, schema }: Readonly<Record<string, unknown>>): Promise<Subject> {
  const client = new pg.Client({ connectionString: String(dsn) });
  await client.connect();
  await client.query(
    `CREATE SCHEMA "${schema}"; SET search_path = "${schema}";
     CREATE TABLE pods (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, cluster text COLLATE "C", namespace text COLLATE "C",
       name text COLLATE "C", bucket text COLLATE "C", object text COLLATE "C") WITH (toast_tuple_target = 4080);
     ALTER TABLE pods ALTER object SET COMPRESSION lz4;
     CREATE UNIQUE INDEX pods_key ON pods (cluster, namespace, name); CREATE INDEX pods_bucket ON pods (bucket);`,
  );
  const read = async (name: string, text: string, values: readonly unknown[]): Promise<number> => {
    const { rows } = await client.query<[string]>({
      name,
      text: `SELECT object FROM pods ${text}`,
      values: [...values],
      rowMode: 'array',
    });
    // As they are sent to somebody: in one piece of bytes.
    return Buffer.from(rows.map(([object]) => object).join(',')).length;
  };
  return {
    async ingest(cluster, pods) {
      for (let start = 0; start < pods.length; start += batchSize) {
        const some = pods.slice(start, start + batchSize).map((json) => json.toString());
        const parsed = some.map((json) => (JSON.parse(json) as KubernetesObject).metadata);
        await client.query({
          name: 'insert',
          text: `INSERT INTO pods (cluster, namespace, name, bucket, object)
            SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[])`,
          values: [
            cluster,
            parsed.map(({ namespace }) => namespace),
            parsed.map(({ name }) => name),
            parsed.map(({ labels }) => labels?.[bucketLabel] ?? ''),
            some,
          ],
        });
      }
    },
    get: (key) => read('get', 'WHERE cluster = $1 AND namespace = $2 AND name = $3', key),
    list: () => read('list', `ORDER BY cluster, namespace, name LIMIT ${listLimit}`, []),
    label: (value) => read('label', 'WHERE bucket = $1', [value]),
    close: () => client.end(),
  };
}
