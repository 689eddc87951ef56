import { contractVersion } from '@clusterdex/storage-contract';
import { Command } from 'commander';
import { serverVersion } from '../config/server-version.js';

export function versionCommand(): Command {
  return new Command('version')
    .description('print the version of clusterdex and of the storage contract that it speaks')
    .option('-o, --output <format>', 'text or json', 'text')
    .action((options: { output: string }) => {
      const version = {
        clusterdex: serverVersion,
        contract: contractVersion,
        node: process.versions.node,
        platform: `${process.platform}/${process.arch}`,
      };
      const text = Object.entries(version).map(([key, value]) => `${key.padEnd(11)}${value}`);
      process.stdout.write(`${options.output === 'json' ? JSON.stringify(version) : text.join('\n')}\n`);
    });
}
