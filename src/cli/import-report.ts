import type { WriteStream } from 'node:tty';
import type { ImportFailure, ImportProgress, ImportResult } from '../synchro/import/import-result.js';
import { formatTable, printable } from './format-table.js';
import { createProgressLine, progressBar } from './progress-line.js';

/** What an import says while it runs, on a terminal and elsewhere. */
export interface ImportReport {
  progress(progress: ImportProgress): void;
  failure(failure: ImportFailure): void;
  /** Takes the progress bar away. */
  end(): void;
  summary(result: ImportResult): string;
  /** Says why an import ended before its end, if it did. */
  stopped(result: ImportResult): void;
}

const shownFailures = 20;

export function createImportReport(stderr: Pick<WriteStream, 'isTTY' | 'columns' | 'write'>): ImportReport {
  const startedAt = Date.now();
  let failures = 0;
  const line = createProgressLine(stderr);
  const { clear } = line;
  return {
    progress: (progress) => line.draw(() => progressLine(progress, Date.now() - startedAt)),
    failure(failure) {
      clear();
      failures++;
      if (failures <= shownFailures) stderr.write(`${failureLine(failure)}\n`);
      else if (failures === shownFailures + 1) stderr.write('more failures follow; --output json names up to 100\n');
    },
    end: clear,
    summary,
    stopped(result) {
      clear();
      for (const line of stopLines(result)) stderr.write(`${printable(line)}\n`);
    },
  };
}

/** `dump.json: object 17 (Pod shop/web-1) at byte 1234: metadata.name: expected …` */
export function failureLine({ file, index, offset, object, reason }: ImportFailure): string {
  const what = index === undefined ? '' : `object ${index + 1} `;
  const name = object === undefined ? '' : `(${object}) `;
  const place = offset === undefined ? '' : `at byte ${offset}`;
  const parts = `${what}${name}${place}`.trim();
  return printable(`${file === '-' ? 'stdin' : file}: ${parts === '' ? '' : `${parts}: `}${reason}`);
}

function progressLine({ file, bytesRead, bytesTotal, objects }: ImportProgress, milliseconds: number): string {
  const rate = Math.round((1000 * objects) / Math.max(milliseconds, 1));
  const counts = `${count(objects)} objects  ${count(rate)}/s`;
  const name = file === '-' ? 'stdin' : file.slice(file.lastIndexOf('/') + 1);
  if (bytesTotal === undefined || bytesTotal === 0) return `${name}  ${(bytesRead / 1e6).toFixed(1)} MB  ${counts}`;
  return `${name}  ${progressBar(bytesRead / bytesTotal)}  ${counts}`;
}

function summary(result: ImportResult): string {
  const rows = result.kinds.map(({ kind, apiVersion, resource, imported, unchanged, failed }) => [
    kind,
    resource ?? apiVersion,
    count(imported),
    count(unchanged),
    count(failed),
  ]);
  const table = rows.length === 0 ? '' : formatTable(['KIND', 'RESOURCE', 'IMPORTED', 'UNCHANGED', 'FAILED'], rows);
  return `${[table, ...notes(result), totalLine(result)].filter((line) => line !== '').join('\n')}\n`;
}

function notes({ guessed }: ImportResult): string[] {
  return guessed.map(({ kind, apiVersion, resource }) =>
    printable(
      `note: nothing defines ${kind} of ${apiVersion}; it is stored as ${JSON.stringify(resource)}. Import its CustomResourceDefinition to be sure.`,
    ),
  );
}

function stopLines({ cluster, stopped, storageError }: ImportResult): string[] {
  if (stopped === undefined) return [];
  const why = stopped === 'storage' ? `the storage failed: ${storageError}` : 'interrupted';
  return [`stopped: ${why}`, `What was imported into ${cluster} so far stays; run the same command again to continue.`];
}

function totalLine({ cluster, imported, unchanged, failed, milliseconds }: ImportResult): string {
  const total = imported + unchanged + failed;
  const rate = Math.round((1000 * total) / Math.max(milliseconds, 1));
  const seconds = (milliseconds / 1000).toFixed(1);
  return `${cluster}: ${count(total)} objects: ${count(imported)} imported, ${count(unchanged)} unchanged, ${count(failed)} failed, in ${seconds} s (${count(rate)} objects/s)`;
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
