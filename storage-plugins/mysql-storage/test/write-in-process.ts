// Run as a process of its own: opens the storage in a schema, writes some objects as a cluster, and ends.
import { configMap, configMaps, openStorage } from './support.js';

const [schema = '', cluster = '', count = '0'] = process.argv.slice(2);
const storage = await openStorage(schema);
const changes = Array.from({ length: Number(count) }, (_, index) => ({
  type: 'upsert' as const,
  object: configMap(cluster, `object-${index}`),
}));
for (let start = 0; start < changes.length; start += 50) {
  await storage.resourceStorage(configMaps).write(cluster, changes.slice(start, start + 50));
  process.stdout.write(`${Math.min(start + 50, changes.length)}\n`);
}
await storage.shutdown();
