import type { KeyValueStore, Notice, PluginCommand, PluginHealth } from '@clusterdex/storage-contract';
import { createStorageError } from '@clusterdex/storage-contract';
import type { Logger } from 'pino';

export const hostCommandNames = ['health', 'log-level', 'setting'] as const;

const levels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

export interface HostCommandParts {
  /** The plugin's own. */
  readonly logger: Logger;
  readonly keyValue: KeyValueStore;
  readonly health: () => Promise<PluginHealth>;
  readonly notify: (notice: Notice) => void;
}

/** The commands that every plugin has. */
export function createHostCommands(parts: HostCommandParts): readonly PluginCommand[] {
  const { logger, keyValue, notify } = parts;
  return [
    {
      name: 'health',
      description: 'how the plugin is, with the codes of what is wrong',
      permission: 'r',
      async run() {
        const health = await parts.health();
        return { output: describeHealth(health), data: health, exitCode: health.status === 'HEALTH_ERR' ? 1 : 0 };
      },
    },
    {
      name: 'log-level',
      description: 'how much the plugin logs; with --level, from now until the server ends',
      permission: 'rw',
      argumentSchema: { type: 'object', properties: { level: { enum: levels, description: 'the new level' } } },
      run({ level }) {
        if (typeof level === 'string') {
          logger.level = level;
          notify({ type: 'config', key: 'logLevel' });
        }
        return { output: logger.level, data: { level: logger.level } };
      },
    },
    {
      name: 'setting',
      description: 'prints a setting of the plugin, or sets it with --value',
      permission: 'rw',
      argumentSchema: {
        type: 'object',
        required: ['key'],
        properties: {
          key: { type: 'string', minLength: 1, description: 'which one' },
          value: { type: 'string', description: 'its new value' },
        },
      },
      async run({ key, value }) {
        if (typeof value === 'string') {
          await keyValue.set(String(key), value);
          notify({ type: 'config', key: String(key) });
        }
        const found = keyValue.get(String(key));
        if (found === undefined) throw createStorageError('NOT_FOUND', `the plugin has no setting ${key}`);
        return { output: found, data: { key, value: found } };
      },
    },
  ];
}

function describeHealth({ status, checks }: PluginHealth): string {
  const lines = Object.entries(checks).flatMap(([code, { severity, summary, detail = [] }]) => [
    `${code} (${severity}): ${summary}`,
    ...detail.map((line) => `  ${line}`),
  ]);
  return [status, ...lines].join('\n');
}
