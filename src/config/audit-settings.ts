import { ConfigError } from './config-error.js';

export interface AuditOptions {
  readonly auditLogPath?: string;
  readonly auditLogMaxsize?: string;
  readonly auditLogMaxbackup?: string;
}

export interface AuditSettings {
  /** `-` is standard output. */
  readonly path: string;
  /** Bytes after which the file is put aside; 0 for never. */
  readonly maximumBytes: number;
  /** How many files that were put aside are kept; 0 for all. */
  readonly maximumBackups: number;
}

export const auditDefaults = { maxsize: '100', maxbackup: '100' } as const;

/** Undefined when nothing is to be recorded. Throws ConfigError. */
export function resolveAuditSettings(options: AuditOptions): AuditSettings | undefined {
  const { auditLogPath: path } = options;
  const megabytes = parseCount('--audit-log-maxsize', options.auditLogMaxsize ?? auditDefaults.maxsize);
  const maximumBackups = parseCount('--audit-log-maxbackup', options.auditLogMaxbackup ?? auditDefaults.maxbackup);
  if (path === undefined) {
    const lonely = (['maxsize', 'maxbackup'] as const).find(
      (name) => options[name === 'maxsize' ? 'auditLogMaxsize' : 'auditLogMaxbackup'] !== undefined,
    );
    if (lonely !== undefined) throw new ConfigError(`--audit-log-${lonely} goes with --audit-log-path`);
    return undefined;
  }
  if (path === '') throw new ConfigError('--audit-log-path has to name a file, or - for standard output');
  return Object.freeze({ path, maximumBytes: megabytes * 2 ** 20, maximumBackups });
}

function parseCount(flag: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new ConfigError(`${flag} has to be a whole number, not ${JSON.stringify(text)}`);
}
