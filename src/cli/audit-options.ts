import { type Command, Option } from 'commander';
import { auditDefaults } from '../config/audit-settings.js';

/** The flags of a kube-apiserver that say where requests are recorded. */
export function addAuditOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--audit-log-path <file>',
        'record each request there, one line of JSON each (audit.k8s.io/v1, level Metadata); - is standard output (default: not at all)',
      ).env('CLUSTERDEX_AUDIT_LOG_PATH'),
    )
    .addOption(
      new Option(
        '--audit-log-maxsize <megabytes>',
        `put the file aside and begin a new one when it has this size; 0 never does (default: ${auditDefaults.maxsize})`,
      ).env('CLUSTERDEX_AUDIT_LOG_MAXSIZE'),
    )
    .addOption(
      new Option(
        '--audit-log-maxbackup <count>',
        `how many of those are kept; 0 keeps all (default: ${auditDefaults.maxbackup})`,
      ).env('CLUSTERDEX_AUDIT_LOG_MAXBACKUP'),
    );
}
