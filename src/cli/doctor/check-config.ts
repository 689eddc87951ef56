import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SynchroSettings } from '../../app.js';
import type { AuthSettings } from '../../config/auth-settings.js';
import { parseDuration } from '../../config/duration.js';
import { resolveStorageSettings, type StorageSettings } from '../../config/storage-settings.js';
import { parseFeatureGates } from '../../query/feature-gates.js';
import { type Addresses, resolveAddresses, resolveAuth, resolveSynchro, type ServeOptions } from '../serve.js';
import { type Finding, messageOf } from './finding.js';

/** What could be made of the flags; undefined where a finding says why not. */
export interface Settings {
  readonly storage: StorageSettings | undefined;
  readonly synchro: SynchroSettings | undefined;
  readonly auth: AuthSettings | undefined;
  readonly addresses: Addresses | undefined;
  readonly isDataDirectoryUsable: boolean;
}

const gibibyte = 1 << 30;

/** Reads every flag and file as `serve` would, and goes on behind what is wrong. */
export function checkConfig(options: ServeOptions): {
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
  read(() => parseFeatureGates(options.featureGates ?? ''));
  read(() => parseDuration('--shutdown-delay-duration', options.shutdownDelayDuration));
  const storage = read(() => resolveStorageSettings(options));
  const synchro = read(() => resolveSynchro(options));
  const auth = read(() => ({ found: resolveAuth(options) }));
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
  return { findings, settings: { storage, synchro, auth: auth?.found, addresses, isDataDirectoryUsable } };
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
