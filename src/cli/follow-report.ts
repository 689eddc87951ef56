import type { ClusterInventory } from '@clusterdex/storage-contract';
import type { SourceSettings } from '../synchro/declare/open-sources.js';
import type { Synchro } from '../synchro/synchro.js';
import { clusterColumns, clusterRow } from './cluster-rows.js';
import { formatTable } from './format-table.js';
import { createLiveScreen } from './live-screen.js';

export interface FollowReport {
  end(): void;
}

const drawEvery = 500;
/** Clusters that do not answer at all do not hold up the summary for ever. */
const patience = 60_000;

/** Tells a person how far the clusters are read: on a terminal all the time until they are, and what to do then. */
export function createFollowReport(
  synchro: Synchro,
  { url, sources }: { readonly url: string; readonly sources: SourceSettings | undefined },
): FollowReport {
  const screen = createLiveScreen(process.stdout);
  const beganAt = Date.now();
  let toldStandby = false;
  const timer = setInterval(() => {
    if (!synchro.isWriter) {
      if (!toldStandby && synchro.writer !== undefined) {
        process.stdout.write(
          `another process follows the clusters (${synchro.writer}); this one serves what is stored, and stands by\n`,
        );
        toldStandby = true;
      }
      return;
    }
    const inventories = synchro.inventories();
    const isDone = synchro.isComplete || (inventories.length > 0 && Date.now() - beganAt > patience);
    if (!isDone) return screen.draw(lines(inventories));
    screen.clear();
    clearInterval(timer);
    process.stdout.write(`${[...lines(inventories), ...summary(inventories, { beganAt, url, sources })].join('\n')}\n`);
  }, drawEvery);
  timer.unref();
  return {
    end() {
      clearInterval(timer);
      screen.clear();
    },
  };
}

function lines(inventories: readonly ClusterInventory[]): readonly string[] {
  if (inventories.length === 0) return ['no clusters are declared yet'];
  const now = Date.now();
  const sorted = [...inventories].sort((a, b) => (a.cluster < b.cluster ? -1 : 1));
  return formatTable(
    clusterColumns,
    sorted.map((inventory) => clusterRow(inventory, now)),
  ).split('\n');
}

function summary(
  inventories: readonly ClusterInventory[],
  {
    beganAt,
    url,
    sources,
  }: { readonly beganAt: number; readonly url: string; readonly sources: SourceSettings | undefined },
): readonly string[] {
  const objects = inventories.reduce(
    (sum, { synchro }) => sum + (synchro?.syncs ?? []).reduce((all, sync) => all + (sync.objects ?? 0), 0),
    0,
  );
  const seconds = ((Date.now() - beganAt) / 1000).toFixed(1);
  const dead = inventories.filter(({ health }) => health.status !== 'healthy').length;
  const resources = `${url}/apis/clusterpedia.io/v1beta1/resources`;
  return [
    '',
    `${objects.toLocaleString('en-US')} objects of ${inventories.length - dead} ${inventories.length - dead === 1 ? 'cluster' : 'clusters'} after ${seconds} s; changes follow as they happen.`,
    ...(dead === 0
      ? []
      : [`${dead} cannot be read; they are tried again, and what was stored of them is served with a warning.`]),
    '',
    'Ask them all at once:',
    `  kubectl --server ${resources} get pods -A`,
    `  kubectl --server ${resources} get pods -A --field-selector status.phase!=Running`,
    'Or with shortcuts, one for each cluster and one for all:',
    `  clusterdex kubeconfig --server ${url} --write && kubectl --cluster clusterpedia get deployments -A`,
    'How it goes:',
    '  clusterdex clusters --watch',
    ...(sources?.kubeconfig === undefined || sources.syncResources !== undefined
      ? []
      : ['Less than everything: --sync pods,deployments.apps']),
    '',
  ];
}
