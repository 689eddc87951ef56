import type { WriteStream } from 'node:tty';
import type { ClusterCopy, CopyFailure, CopyProgress, CopyResult, TypeCopy } from '../synchro/copy/copy-result.js';
import { differenceCount, isVerified } from '../synchro/copy/copy-storage.js';
import { formatTable, printable } from './format-table.js';
import { createProgressLine, progressBar } from './progress-line.js';

/** What a copy says while it runs, on a terminal and elsewhere. */
export interface CopyReport {
  progress(progress: CopyProgress): void;
  failure(failure: CopyFailure): void;
  /** Takes the progress bar away. */
  end(): void;
  summary(result: CopyResult): string;
  /** Says what differs, and why a copy ended before its end. */
  problems(result: CopyResult): void;
}

const shownFailures = 20;

export function createCopyReport(stderr: Pick<WriteStream, 'isTTY' | 'columns' | 'write'>): CopyReport {
  const startedAt = Date.now();
  const line = createProgressLine(stderr);
  const write = (text: string) => {
    line.clear();
    stderr.write(`${printable(text)}\n`);
  };
  let failures = 0;
  return {
    progress: (progress) => line.draw(() => progressLine(progress, Date.now() - startedAt)),
    failure({ cluster, resource, object, reason }) {
      failures++;
      if (failures <= shownFailures) write(`${cluster}: ${resource} ${object}: ${reason}`);
      else if (failures === shownFailures + 1) write('more failures follow; --output json names up to 100');
    },
    end: line.clear,
    summary,
    problems: (result) => problemLines(result).forEach(write),
  };
}

function progressLine({ cluster, resource, phase, objects, total }: CopyProgress, milliseconds: number): string {
  const rate = Math.round((1000 * objects) / Math.max(milliseconds, 1));
  return `${phase} ${cluster} ${resource}  ${progressBar(objects / total)}  ${count(objects)} objects  ${count(rate)}/s`;
}

const columns = ['CLUSTER', 'OBJECTS', 'COPIED', 'DELETED', 'EVENTS', 'DIFFERENT', 'VERIFIED'];

function summary(result: CopyResult): string {
  const table = result.clusters.length === 0 ? '' : formatTable(columns, result.clusters.map(row));
  const note = result.eventsNote === undefined ? '' : `note: ${result.eventsNote}`;
  return `${[table, note, totalLine(result)].filter((line) => line !== '').join('\n')}\n`;
}

function row(copy: ClusterCopy): string[] {
  const sum = (number: (type: TypeCopy) => number) => count(copy.types.reduce((all, type) => all + number(type), 0));
  return [
    copy.cluster,
    sum(({ source }) => source.objects),
    count(copy.copied),
    count(copy.deleted),
    sum(({ source }) => source.events),
    sum(({ differences }) => differenceCount(differences)),
    isVerified(copy) ? 'yes' : 'no',
  ];
}

function totalLine({ clusters, objects, copied, unchanged, deleted, milliseconds, verified }: CopyResult): string {
  const seconds = (milliseconds / 1000).toFixed(1);
  const rate = Math.round((1000 * objects) / Math.max(milliseconds, 1));
  const counts = `${count(copied)} copied, ${count(unchanged)} unchanged, ${count(deleted)} deleted`;
  const verdict = verified ? 'both sides are equal' : 'not verified';
  return `${count(clusters.length)} ${clusters.length === 1 ? 'cluster' : 'clusters'}, ${count(objects)} objects: ${counts}, in ${seconds} s (${count(rate)} objects/s); ${verdict}`;
}

function problemLines(result: CopyResult): string[] {
  const { stopped, storageError, clusters, newClusters, failureCount } = result;
  const lines = clusters.flatMap(differenceLines);
  const odd = clusters.filter(({ isInventoryEqual }) => !isInventoryEqual).map(({ cluster }) => cluster);
  if (stopped === undefined && odd.length > 0) lines.push(`inventories that differ: ${odd.join(', ')}`);
  if (failureCount > 0) lines.push(`${count(failureCount)} objects could not be copied`);
  if (stopped !== undefined) {
    lines.push(`stopped: ${stopped === 'interrupted' ? 'interrupted' : `the ${stopped} failed: ${storageError}`}`);
    lines.push('What was copied so far stays; run the same command again to continue.');
    return lines;
  }
  const changed = clusters.filter(({ sourceChanged }) => sourceChanged).length;
  if (changed > 0) {
    lines.push(`The source was written to while it was copied (seen from ${count(changed)} clusters).`);
    lines.push('What came behind the reading is not in the target; run the same command again to catch up.');
  }
  if (newClusters.length > 0) lines.push(`clusters came to the source meanwhile: ${newClusters.join(', ')}`);
  if (clusters.some(({ types }) => types.some(({ differences }) => differences.extra > 0)))
    lines.push('What only the target holds stays there; --prune deletes it.');
  return lines;
}

const meanings = {
  missing: 'are missing in the target',
  different: 'differ',
  newer: 'are newer in the target, and stay so',
  extra: 'are in the target alone',
  missingEvents: 'events are missing in the target',
} as const;

function differenceLines({ cluster, types }: ClusterCopy): string[] {
  return types.flatMap(({ type, differences, examples }) => {
    const found = Object.entries(differences).filter(([, number]) => number > 0);
    if (found.length === 0) return [];
    const what = found.map(([name, number]) => `${count(number)} ${meanings[name as keyof typeof meanings]}`);
    const names = examples.length === 0 ? '' : `: ${examples.join(', ')}`;
    return [`${cluster}: ${type.resource}${type.group === '' ? '' : `.${type.group}`}: ${what.join('; ')}${names}`];
  });
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
