import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryRoot } from '../support/clusterdex.js';
import { type BenchBackend, openBenchBackend } from './bench-backend.js';
import { checkClient } from './check-client.js';
import { benchGrowth } from './growth-bench.js';
import { benchGuard } from './guard-bench.js';
import { benchHttp } from './http-bench.js';
import { benchIdle } from './idle-bench.js';
import { type PodFile, writePodFile } from './pod-file.js';
import { type Check, describeMachine, type Figure, renderChecks, renderFigures, writeReport } from './report.js';
import { benchStorage } from './storage-bench.js';
import { benchSync } from './sync-bench.js';
import { targetChecks } from './targets.js';

const help = `npm run bench -- [options]

Measures each storage on its interface and behind the real server. Every figure stands beside a limit that is measured in the same run,
by turns with it; the ratio is the result. Writes bench-results/latest.json.

  --quick              5,000 pods only, short rounds: a minute instead of ten
  --pods 5000,100000   sizes of the fleet
  --storage NAMES      sqlite,memory; also postgres, mysql, elasticsearch: the server that CLUSTERDEX_TEST_POSTGRES, CLUSTERDEX_TEST_MYSQL or ELASTICSEARCH_URL names, or one that is started
  --part NAMES         storage,http; also growth: the same gets and label searches among few and many small objects,
                       guard: what the guard around a storage costs a call;
                       idle: what following 200 clusters takes while nothing happens (KUBEBUILDER_ASSETS);
                       and sync: the first sync of 20,000 pods of a real API server (KUBEBUILDER_ASSETS)
  --growth 10000,1000000   how few, and how many
  --rounds N           turns of subject and limit
  --connections N      of the load generator (8)
  --seed N             of the fleet (1)
  --check-client       instead: the load generator beside autocannon
`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean' },
    'check-client': { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    pods: { type: 'string' },
    storage: { type: 'string', default: 'sqlite,memory' },
    part: { type: 'string', default: 'storage,http' },
    growth: { type: 'string', default: '10000,1000000' },
    rounds: { type: 'string' },
    connections: { type: 'string', default: '8' },
    seed: { type: 'string', default: '1' },
  },
});

if (values.help === true) {
  console.log(help);
} else if (values['check-client']) {
  console.log(await checkClient(Number(values.connections)));
} else {
  await run();
}

async function run(): Promise<void> {
  const started = new Date();
  const loadBefore = loadavg()[0] ?? 0;
  if (loadBefore > 0.5) {
    console.log(
      `The machine is busy (load ${loadBefore.toFixed(1)}): rather trust the column "by CPU" than the clock.\n`,
    );
  }
  const sizes = (values.pods ?? (values.quick ? '5000' : '5000,100000')).split(',').map(Number);
  const rounds = Number(values.rounds ?? (values.quick ? 3 : 5));
  const milliseconds = values.quick ? 500 : 1500;
  const seed = Number(values.seed);
  const figures: Figure[] = [];
  const checks: Check[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'clusterdex-bench-'));
  const add = (results: { figures: readonly Figure[]; checks: readonly Check[] }): void => {
    console.log(`${renderFigures(results.figures)}\n${renderChecks(results.checks)}\n`);
    figures.push(...results.figures);
    checks.push(...results.checks);
  };
  const parts = values.part.split(',');
  const podFiles = new Map<number, PodFile>();
  const podFileOf = async (pods: number): Promise<PodFile> => {
    const podFile = podFiles.get(pods) ?? (await writePodFile(join(folder, `pods-${pods}.jsonl`), { seed, pods }));
    podFiles.set(pods, podFile);
    return podFile;
  };
  const runStorage = async (storage: string, { config }: BenchBackend): Promise<void> => {
    const common = { storage, config, folder, rounds, milliseconds };
    for (const pods of sizes) {
      if (parts.includes('storage')) {
        add({ figures: await benchStorage({ ...common, pods, podFile: await podFileOf(pods) }), checks: [] });
      }
      if (parts.includes('http')) {
        const dataDirectory = join(folder, `serve-${storage}-${pods}`);
        const connections = Number(values.connections);
        add(await benchHttp({ ...common, pods, dataDirectory, seed, connections }));
      }
    }
    if (parts.includes('sync')) {
      const [pods = 20_000] = values.pods === undefined ? [values.quick ? 5000 : 20_000] : sizes;
      add(await benchSync({ ...common, pods, seed }));
    }
    if (parts.includes('growth')) {
      const [few = 10_000, many = 1_000_000] = values.growth.split(',').map(Number);
      add(await benchGrowth({ ...common, sizes: [few, many] }));
    }
  };
  try {
    if (parts.includes('guard')) add(await benchGuard({ folder, rounds }));
    if (parts.includes('idle')) add(await benchIdle());
    for (const storage of values.storage.split(',')) {
      const backend = await openBenchBackend(storage);
      if (typeof backend === 'string') {
        add({ figures: [], checks: [{ what: `${storage}, everything`, holds: true, found: backend }] });
        continue;
      }
      try {
        await runStorage(storage, backend);
      } finally {
        await backend.stop();
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  checks.push(...targetChecks(figures));
  console.log(`${renderFigures(figures)}\n\n${renderChecks(checks)}`);
  const file = join(repositoryRoot, 'bench-results', 'latest.json');
  writeReport(file, {
    startedAt: started.toISOString(),
    seconds: Math.round((Date.now() - started.getTime()) / 1000),
    quick: values.quick,
    node: process.version,
    machine: describeMachine(),
    load: [loadBefore, loadavg()[0] ?? 0],
    figures,
    checks,
  });
  console.log(`\n${file}`);
}
