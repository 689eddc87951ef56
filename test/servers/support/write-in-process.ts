// Run as a process of its own: opens the storage of a kind in a store, writes some objects as a cluster, and ends.
import { configMaps, upsert } from './objects.js';
import { serverKinds } from './server-kinds.js';

const [name = '', store = '', cluster = '', count = '0'] = process.argv.slice(2);
const storage = await serverKinds.find((kind) => kind.name === name)?.open(store);
if (storage === undefined) throw new Error(`there is no kind of server ${name}`);
const changes = Array.from({ length: Number(count) }, (_, index) => upsert(cluster, `object-${index}`));
for (let start = 0; start < changes.length; start += 50) {
  await configMaps(storage).write(cluster, changes.slice(start, start + 50));
  process.stdout.write(`${Math.min(start + 50, changes.length)}\n`);
}
await storage.shutdown();
