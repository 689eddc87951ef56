import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SynchroSettings } from '../../app.js';
import { parseAdvertiseUrl } from '../../config/advertise-url.js';
import { type AuditSettings, resolveAuditSettings } from '../../config/audit-settings.js';
import type { AuthSettings } from '../../config/auth-settings.js';
import { parseDuration } from '../../config/duration.js';
import type { ProxySettings } from '../../config/proxy-settings.js';
import { readTokenFile } from '../../config/read-token-file.js';
import { resolveStorageSettings, type StorageSettings } from '../../config/storage-settings.js';
import { parseFeatureGates } from '../../query/feature-gates.js';
import type { SourceSettings } from '../../synchro/declare/open-sources.js';
import {
  type Addresses,
  resolveAddresses,
  resolveAuth,
  resolveClusters,
  resolveProxy,
  resolveSynchro,
  type ServeOptions,
} from '../serve.js';
import { type Finding, messageOf } from './finding.js';

/** What could be made of the flags; undefined where a finding says why not. */
export interface Settings {
  readonly storage: StorageSettings | undefined;
  readonly synchro: SynchroSettings | undefined;
  readonly auth: AuthSettings | undefined;
  readonly addresses: Addresses | undefined;
  /** Where clusters are declared, whether they are followed or only passed on to. */
  readonly sources: SourceSettings | undefined;
  readonly audit: AuditSettings | undefined;
  readonly proxy: ProxySettings | undefined;
  readonly isDataDirectoryUsable: boolean;
}

const gibibyte = 1 << 30;

/** Reads every flag and file as the command would, and goes on behind what is wrong. */
export function checkConfig(
  options: ServeOptions,
  command: 'serve' | 'apiserver',
): {
  readonly findings: readonly Finding[];
  readonly settings: Settings;
} {
  const findings: Finding[] = [];
  function read<Value>(resolve: () => Value): Value | undefined {
    try {
      return resolve();
    } catch (error) {
      findings.push({ check: 'config', status: 'failed', message: messageOf(error) });
      return undefined;
    }
  }
  const gates = read(() => parseFeatureGates(options.featureGates ?? ''));
  read(() => parseDuration('--shutdown-delay-duration', options.shutdownDelayDuration));
  read(() => parseAdvertiseUrl(options.advertiseUrl));
  const audit = read(() => resolveAuditSettings(options));
  const storage = read(() => resolveStorageSettings(options));
  const synchro = command === 'serve' ? read(() => resolveSynchro(options)) : undefined;
  const auth = read(() => ({ found: resolveAuth(options) }));
  const { tokenAuthFile } = auth?.found ?? {};
  if (tokenAuthFile !== undefined) read(() => readTokenFile(tokenAuthFile));
  const proxy =
    gates === undefined || auth === undefined
      ? undefined
      : read(() => resolveProxy(options, { gates, auth: auth.found }));
  const { leaderElect: _followed, ...told } = options as ServeOptions & { leaderElect?: unknown };
  const clusters = command === 'apiserver' ? read(() => resolveClusters(told, proxy)) : undefined;
  const addresses =
    auth === undefined
      ? undefined
      : read(() => resolveAddresses(options, { dataDirectory: storage?.dataDirectory ?? '.', auth: auth.found }));
  const place = storage && checkDataDirectory(storage.dataDirectory);
  if (place !== undefined) findings.push(place);
  const isDataDirectoryUsable = place !== undefined && place.status !== 'failed';
  if (findings.every(({ status }) => status !== 'failed')) {
    findings.unshift({
      check: 'config',
      status: 'ok',
      message: `every flag and file can be used (Node ${process.version})`,
    });
  }
  const sources = synchro?.sources ?? clusters;
  const settings = { storage, synchro, sources, auth: auth?.found, addresses, audit, proxy, isDataDirectoryUsable };
  return { findings, settings };
}

function checkDataDirectory(folder: string): Finding {
  const check = 'config';
  try {
    // It is made at the first start, below what there is.
    let existing = folder;
    while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
    accessSync(existing, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync(existing);
    const free = bavail * bsize;
    const message = `${folder} has ${(free / gibibyte).toFixed(1)} GiB free`;
    if (free >= gibibyte) return { check, status: 'ok', message: `the data directory ${message}` };
    return {
      check,
      status: 'warning',
      message: `the data directory ${message}`,
      advice: 'make room, or name another with --data-dir',
    };
  } catch (error) {
    return {
      check,
      status: 'failed',
      message: `the data directory ${folder} cannot be written: ${messageOf(error)}`,
      advice: 'let the user of this process write there, or name another with --data-dir',
    };
  }
}
