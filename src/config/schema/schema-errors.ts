import type { ErrorObject } from 'ajv';
import { distance } from 'fastest-levenshtein';
import { looksSecret, maskSecrets } from './secrets.js';

/** Every error of a validation as `path: what was expected, what was found`; values of secret-looking keys are left out. */
export function describeSchemaErrors(errors: readonly ErrorObject[] | null | undefined): string[] {
  const lines = (errors ?? []).filter((error) => error.keyword !== 'if').map(describe);
  return [...new Set(lines)];
}

/** The candidate that a reader most likely meant, if any comes close. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 2)) + 1;
  for (const candidate of candidates) {
    const [typed, known] = [word.toLowerCase(), candidate.toLowerCase()];
    const away = typed.length > 1 && known.startsWith(typed) ? 1 : distance(typed, known);
    if (away < bestDistance) [best, bestDistance] = [candidate, away];
  }
  return best;
}

function describe(error: ErrorObject): string {
  const path = error.instancePath;
  if (error.keyword === 'additionalProperties' || error.keyword === 'unevaluatedProperties') {
    const key = String(error.params.additionalProperty ?? error.params.unevaluatedProperty);
    const known = Object.keys(propertiesOf(error.parentSchema));
    const meant = nearest(key, known);
    const hint =
      meant !== undefined ? `, did you mean ${meant}?` : known.length > 0 ? `, known: ${known.join(', ')}` : '';
    return `${path}/${key}: is not known${hint}`;
  }
  if (error.keyword === 'required') return `${path}/${String(error.params.missingProperty)}: is missing`;
  return `${path === '' ? '/' : path}: ${expectation(error)}${found(path, error.data)}`;
}

function expectation(error: ErrorObject): string {
  if (error.keyword === 'enum') return `must be one of ${JSON.stringify(error.params.allowedValues)}`;
  if (error.keyword === 'const') return `must be ${JSON.stringify(error.params.allowedValue)}`;
  const message = error.message ?? `fails ${error.keyword}`;
  const { description } = (error.parentSchema ?? {}) as { description?: unknown };
  return error.keyword === 'pattern' && typeof description === 'string' ? `${message} (${description})` : message;
}

function found(path: string, data: unknown): string {
  if (looksSecret(path)) return '';
  if (typeof data === 'string')
    return `, found ${maskSecrets(JSON.stringify(data.length > 80 ? `${data.slice(0, 80)}…` : data))}`;
  if (typeof data === 'number' || typeof data === 'boolean') return `, found ${data}`;
  if (data === null) return ', found null';
  if (data === undefined) return '';
  return `, found ${Array.isArray(data) ? 'a list' : typeof data === 'object' ? 'an object' : `a ${typeof data}`}`;
}

function propertiesOf(schema: unknown): object {
  if (typeof schema !== 'object' || schema === null || !('properties' in schema)) return {};
  return typeof schema.properties === 'object' && schema.properties !== null ? schema.properties : {};
}
