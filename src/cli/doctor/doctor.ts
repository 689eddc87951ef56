import { Command, Option } from 'commander';
import { printable } from '../format-table.js';
import { addServeOptions, type ServeOptions } from '../serve.js';
import { checkAudit } from './check-audit.js';
import { checkCertificates } from './check-certificates.js';
import { checkClock } from './check-clock.js';
import { checkConfig } from './check-config.js';
import { checkConnections } from './check-connections.js';
import { checkPlugins } from './check-plugins.js';
import { checkProxy } from './check-proxy.js';
import { checkStorage } from './check-storage.js';
import type { Finding } from './finding.js';

interface DoctorOptions extends ServeOptions {
  readonly output: 'text' | 'json';
  readonly command: 'serve' | 'apiserver';
}

const help = `
It takes the flags of serve, and looks at what they would lead to: config, plugins, storage, clusters (those that are stored, those of a kubeconfig, the host
cluster and the rights there), clock, certificates (those of a front proxy and of clients with them), the audit log, and what is passed on to clusters. It changes nothing, but the storage is opened, which brings its schema up to date.
The exit code is 1 when something is wrong that keeps serve from its work, and 0 with warnings alone.

Examples:
  $ clusterdex doctor
  $ clusterdex doctor --kubeconfig --storage-name postgres --storage-config postgres.yaml
`;

export function doctorCommand(): Command {
  const command = new Command('doctor')
    .description(
      'look for what is wrong with config, storage, plugins, clusters, clock, certificates and audit log, and say what to do',
    )
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(['text', 'json']).default('text'))
    .addOption(
      new Option('--command <name>', 'of which command the flags are').choices(['serve', 'apiserver']).default('serve'),
    );
  return addServeOptions(command).addHelpText('after', help).action(doctor);
}

async function doctor(options: DoctorOptions): Promise<void> {
  const { findings, settings } = checkConfig(options, options.command);
  const { storage, auth, addresses } = settings;
  const plugins = storage === undefined ? [] : await checkPlugins(storage);
  const isUsable =
    settings.isDataDirectoryUsable && plugins.length > 0 && plugins.every(({ status }) => status !== 'failed');
  const { findings: clusters, readings, host } = await checkConnections(settings);
  try {
    const all = [
      ...findings,
      ...plugins,
      ...(isUsable ? await checkStorage(options) : [notOpened]),
      ...clusters,
      ...checkClock(readings),
      ...(await checkCertificates({ secure: addresses?.secure, auth, host })),
      ...checkAudit(settings.audit),
      ...checkProxy(settings),
    ];
    process.stdout.write(options.output === 'json' ? `${JSON.stringify({ findings: all })}\n` : render(all));
    if (all.some(({ status }) => status === 'failed')) process.exitCode = 1;
  } finally {
    await host?.close();
  }
}

const notOpened: Finding = {
  check: 'storage',
  status: 'skipped',
  message: 'not opened, because of what is wrong above',
};

const width = 'certificates'.length + 2;

function render(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ check, status, message, advice }) => [
    `${status.padEnd(9)}${check.padEnd(width)}${printable(message)}`,
    ...(advice === undefined ? [] : [`${' '.repeat(9 + width)}${printable(advice)}`]),
  ]);
  const count = (status: Finding['status']) => findings.filter((finding) => finding.status === status).length;
  const summary = (['ok', 'warning', 'failed', 'skipped'] as const).map((status) => `${count(status)} ${status}`);
  return `${lines.join('\n')}\n\n${summary.join(', ')}\n`;
}
