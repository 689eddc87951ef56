import { setTimeout as delay } from 'node:timers/promises';
import { apiServerAssets, apiServerNotRun } from '../support/api-server.js';
import { startManyClusters } from '../support/many-clusters.js';
import type { Check } from './report.js';

const seconds = 20;
const mostShare = 0.2;

/** What following two hundred clusters, of which twenty are dead, takes of one processor while nothing happens. */
export async function benchIdle(): Promise<{ figures: []; checks: Check[] }> {
  const what = `200 clusters, of which 20 are dead, in which nothing happens: less than ${100 * mostShare} % of a processor`;
  if (apiServerAssets === undefined) return { figures: [], checks: [{ what, holds: true, found: apiServerNotRun }] };
  const many = await startManyClusters({ alive: 180, refusing: 10, silent: 10 });
  try {
    await many.settle();
    const began = process.cpuUsage();
    await delay(seconds * 1000);
    const { user, system } = process.cpuUsage(began);
    const share = (user + system) / 1e6 / seconds;
    return { figures: [], checks: [{ what, holds: share < mostShare, found: `${(100 * share).toFixed(1)} %` }] };
  } finally {
    await many.stop();
  }
}
