import { ConfigError } from './config-error.js';

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * `key=value` or `a.b=value`, written into `config`. A value that is JSON other than a bare word (a number in its shortest form, true,
 * false, "text", [..], {..}) is taken as JSON; everything else is text as it stands. So `password="123"` stays text.
 */
export function parseAssignment(assignment: string, config: Record<string, unknown>): void {
  const equals = assignment.indexOf('=');
  const path = equals === -1 ? [] : assignment.slice(0, equals).split('.');
  if (path.length === 0 || path.some((key) => key === '' || forbiddenKeys.has(key))) {
    throw new ConfigError(`--storage-set takes key=value, not ${JSON.stringify(redact(assignment))}`);
  }
  let target = config;
  for (const key of path.slice(0, -1)) {
    const child = target[key];
    const next = isRecord(child) ? child : {};
    target[key] = next;
    target = next;
  }
  target[path.at(-1) ?? ''] = parseValue(assignment.slice(equals + 1));
}

/** The value may be a secret: an error shows the key alone. */
function redact(assignment: string): string {
  const equals = assignment.indexOf('=');
  return equals === -1 ? assignment : `${assignment.slice(0, equals)}=…`;
}

function parseValue(text: string): unknown {
  if (!/^(?:true|false|-?\d.*|["[{].*)$/s.test(text)) return text;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'number' && String(value) !== text ? text : value;
  } catch {
    return text;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
