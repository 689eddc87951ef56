import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AuditSettings } from '../../config/audit-settings.js';
import { type Finding, messageOf } from './finding.js';

const check = 'audit';
const gibibyte = 2 ** 30;

/** Whether requests can be recorded where the flags say, now and when the file is full. Nothing is written. */
export function checkAudit(audit: AuditSettings | undefined): readonly Finding[] {
  if (audit === undefined) return [];
  const { path, maximumBytes, maximumBackups } = audit;
  if (path === '-') return [{ check, status: 'ok', message: 'requests are recorded on standard output' }];
  const folder = dirname(path);
  const advice = 'let the user of this process write there, or name another with --audit-log-path';
  const isThere = existsSync(path);
  try {
    if (isThere && !statSync(path).isFile()) throw new Error('it is no file');
    // No folder is made for it.
    accessSync(isThere ? path : folder, isThere ? constants.W_OK : constants.W_OK | constants.X_OK);
  } catch (error) {
    const message = `--audit-log-path ${path} cannot be written: ${messageOf(error)}`;
    return [{ check, status: 'failed', message, advice }];
  }
  const findings: Finding[] = [];
  if (maximumBytes > 0) findings.push(...checkRotation(folder));
  if (isThere && (statSync(path).mode & 0o077) !== 0) {
    const message = `others on this machine may read or write ${path}, which tells who asked for what`;
    findings.push({ check, status: 'warning', message, advice: `chmod 600 ${path}` });
  }
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const needed = maximumBytes > 0 && maximumBackups > 0 ? maximumBytes * (maximumBackups + 1) : gibibyte;
  const room = `${(free / gibibyte).toFixed(1)} GiB free`;
  if (free < needed) {
    const message = `${folder} has ${room}, and the audit log may come to ${(needed / gibibyte).toFixed(1)} GiB: what does not fit is lost`;
    findings.push({
      check,
      status: 'warning',
      message,
      advice: 'make room, or keep less with --audit-log-maxsize and --audit-log-maxbackup',
    });
  }
  if (findings.length > 0) return findings;
  return [{ check, status: 'ok', message: `requests are recorded in ${path}, which has ${room}` }];
}

function checkRotation(folder: string): readonly Finding[] {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return [];
  } catch (error) {
    const message = `the audit log cannot be put aside in ${folder} when it is full: ${messageOf(error)}`;
    const advice = 'let the user of this process write there, or never put it aside with --audit-log-maxsize 0';
    return [{ check, status: 'failed', message, advice }];
  }
}
