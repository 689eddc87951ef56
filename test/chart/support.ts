import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { repositoryRoot } from '../support/clusterdex.js';

/** Helm's file; undefined when it is not installed. */
export const helm: string | undefined = process.env.HELM && existsSync(process.env.HELM) ? process.env.HELM : undefined;
export const helmNotRun = 'NOT RUN: there is no Helm; node hack/helm.mjs builds it, HELM names its file';

export interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [member: string]: unknown;
}

interface HelmResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface ChartGolden {
  valueSets(): readonly string[];
  readGolden(set: string): string;
  toGolden(rendered: string): string;
  renderSet(helm: string, set: string): string;
  runHelm(helm: string, command: string, options: { set?: string; parameters?: readonly string[] }): HelmResult;
}

const script = (name: string) => import(pathToFileURL(join(repositoryRoot, 'hack', name)).href);

export const golden = (await script('chart-golden.mjs')) as ChartGolden;

export function parseObjects(text: string): readonly Rendered[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Rendered | null)
    .filter((object) => object !== null);
}
