import type { Explanation } from '@clusterdex/storage-contract';
import { Command, Option } from 'commander';
import { ConfigError } from '../config/config-error.js';
import { loadContinueKey } from '../config/continue-key.js';
import { resolveStorageSettings } from '../config/storage-settings.js';
import { parseFeatureGates } from '../query/feature-gates.js';
import { captureList } from './capture-list.js';
import { formatTable, printable } from './format-table.js';
import { addStorageOptions, openConfiguredStorage, type StorageOptions } from './storage-options.js';

interface ExplainOptions extends StorageOptions {
  readonly url: string;
  readonly output: 'text' | 'json';
}

const help = `
Examples:
  $ clusterdex storage explain --url '/apis/clusterpedia.io/v1beta1/resources/api/v1/pods?fieldSelector=spec.nodeName=node-1'
  $ clusterdex storage explain -o json --url '/apis/clusterpedia.io/v1beta1/collectionresources/workloads?names=web'

Nothing is listed. A condition is answered by an index (only objects that fulfil it are looked at), by columns (looked at without reading the
object) or by a scan (each object that is left is read). An index over a field is declared with fieldIndexes in the storage's config.
`;

export function storageExplainCommand(): Command {
  const command = new Command('explain')
    .description(
      'say how the storage would answer a list: what an index answers, what a scan, and the plan of the database',
    )
    .requiredOption('--url <url>', 'the list, as a client asks for it; of a whole URL the path and the query count')
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(['text', 'json']).default('text'))
    .action(async (options: ExplainOptions) => {
      const path = pathOf(options.url);
      const storage = await openConfiguredStorage(options);
      try {
        const continueKey = loadContinueKey(resolveStorageSettings(options).dataDirectory);
        const gates = parseFeatureGates(options.featureGates ?? '');
        const list = await captureList(storage, { path, gates, continueKey }).catch((error: unknown) => {
          throw new ConfigError(error instanceof Error ? error.message : String(error));
        });
        if (list.explain === undefined) throw new ConfigError(`the storage ${storage.name} does not explain its lists`);
        const explanation = await list.explain(list.options);
        process.stdout.write(options.output === 'json' ? `${JSON.stringify(explanation)}\n` : describe(explanation));
      } finally {
        await storage.close();
      }
    });
  return addStorageOptions(command).addHelpText('after', help);
}

function pathOf(url: string): string {
  let parsed: URL;
  try {
    parsed = new URL(url, 'http://server');
  } catch {
    throw new ConfigError(`--url is no URL: ${url}`);
  }
  return `${parsed.pathname}${parsed.search}`;
}

function describe({ conditions, order, estimatedObjects, plan }: Explanation): string {
  const rows = conditions.map(({ condition, answeredBy, reason = '' }) => [
    printable(condition),
    answeredBy,
    printable(reason),
  ]);
  const what =
    rows.length === 0
      ? 'No conditions: every object of the type.'
      : formatTable(['CONDITION', 'ANSWERED BY', 'WHY'], rows);
  const about = estimatedObjects === undefined ? 'not known' : `about ${estimatedObjects}`;
  const lines = [what, '', `order              ${order}`, `objects looked at  ${about}`];
  if (plan.length > 0) lines.push('', 'plan', ...plan.map((line) => `  ${printable(line)}`));
  return `${lines.join('\n')}\n`;
}
