import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname } from 'node:path';

export interface Figure {
  readonly storage: string;
  /** Pods in the fleet. */
  readonly pods: number;
  readonly what: string;
  readonly unit: string;
  readonly subject: number;
  /** What it is compared with, and its value in the same run. */
  readonly limit: string;
  readonly limitValue: number;
  /** By the clock. */
  readonly ratio: number;
  /** By processor time of the two processes: right also while the machine is busy with something else. */
  readonly processorRatio?: number;
  /** Of the load generator during the subject's and the limit's runs: near 1 it, and not the server, was measured. */
  readonly clientBusy?: readonly [subject: number, limit: number];
}

export interface Check {
  readonly what: string;
  readonly holds: boolean;
  readonly found: string;
}

export interface Report {
  readonly startedAt: string;
  readonly seconds: number;
  readonly quick: boolean;
  readonly node: string;
  readonly machine: string;
  /** Of the system in the last minute, at the beginning and at the end; more than one core's worth makes the clock unfair. */
  readonly load: readonly [number, number];
  readonly figures: readonly Figure[];
  readonly checks: readonly Check[];
}

export function describeMachine(): string {
  const [first] = cpus();
  return `${cpus().length} × ${first?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
}

function round(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString('en-US');
  return value >= 10 ? value.toFixed(0) : value.toFixed(2);
}

export function renderFigures(figures: readonly Figure[]): string {
  const head = ['storage', 'pods', 'what', 'unit', 'ours', 'limit', 'ratio', 'by CPU', 'limit is', 'client busy'];
  const rows = figures.map((figure) => [
    figure.storage,
    figure.pods.toLocaleString('en-US'),
    figure.what,
    figure.unit,
    round(figure.subject),
    round(figure.limitValue),
    figure.ratio.toFixed(2),
    figure.processorRatio?.toFixed(2) ?? '',
    figure.limit,
    figure.clientBusy === undefined ? '' : figure.clientBusy.map((busy) => busy.toFixed(2)).join(' / '),
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n');
}

export function renderChecks(checks: readonly Check[]): string {
  return checks.map((check) => `${check.holds ? 'holds ' : 'MISSED'}  ${check.what}: ${check.found}`).join('\n');
}

export function writeReport(file: string, report: Report): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
}
