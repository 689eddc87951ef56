import type { RawQueryParameter } from '@clusterdex/storage-contract';
import type { QueryDraft } from './query-draft.js';
import { QueryError } from './query-error.js';
import { checkRawStatement } from './raw-statement.js';

export interface RawQuery {
  readonly statement: string;
  readonly parameters: readonly RawQueryParameter[];
}

/** The raw query of a request, or undefined when it has none. QueryError (Invalid) for one that is not allowed or malformed. */
export function parseRawQuery(text: QueryDraft, allowed: boolean): RawQuery | undefined {
  if (text.whereSQL !== undefined) {
    throw refuse('whereSQL', 'FieldValueForbidden', 'not available; use whereSQLStatement with ? and whereSQLParam');
  }
  const named = nameFirst(text);
  if (named === undefined) return undefined;
  if (!allowed) {
    const how = 'needs --feature-gates AllowParameterizedSQLQuery=true';
    throw refuse(named, 'FieldValueForbidden', `raw queries are switched off: ${how}`);
  }
  const jsonParameters =
    text.whereSQLJSONParams === undefined ? undefined : parseJsonParameters(text.whereSQLJSONParams);
  if (text.whereSQLStatement === undefined) {
    throw refuse('whereSQLStatement', 'FieldValueRequired', `${named} needs a whereSQLStatement`);
  }
  const parameters = jsonParameters ?? text.whereSQLParam ?? [];
  const checked = checkRawStatement(text.whereSQLStatement);
  if ('fault' in checked) throw refuse('whereSQLStatement', 'FieldValueInvalid', checked.fault);
  if (checked.placeholders !== parameters.length) {
    const counts = `has ${checked.placeholders} placeholders (?) but ${parameters.length} parameters were given`;
    throw refuse('whereSQLStatement', 'FieldValueInvalid', counts);
  }
  return Object.freeze({ statement: text.whereSQLStatement, parameters: Object.freeze(parameters) });
}

function nameFirst({ whereSQLStatement, whereSQLJSONParams, whereSQLParam }: QueryDraft): string | undefined {
  if (whereSQLStatement !== undefined) return 'whereSQLStatement';
  if (whereSQLJSONParams !== undefined) return 'whereSQLJSONParams';
  return whereSQLParam === undefined ? undefined : 'whereSQLParam';
}

function parseJsonParameters(text: string): readonly RawQueryParameter[] {
  const field = 'whereSQLJSONParams';
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) {
    const hint = text.includes(' ') ? ' (a + in a URL is written %2B)' : '';
    throw refuse(field, 'FieldValueInvalid', `expected standard base64 of a JSON array${hint}`);
  }
  const values = parseJson(bytes);
  if (!Array.isArray(values)) throw refuse(field, 'FieldValueInvalid', 'expected base64 of a JSON array');
  for (const value of values.flatMap((member: unknown) => (Array.isArray(member) ? member : [member]))) {
    if (typeof value === 'object' && value !== null) {
      throw refuse(field, 'FieldValueInvalid', 'a parameter is a string, number, boolean, null or an array of these');
    }
    if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER) {
      throw refuse(field, 'FieldValueInvalid', `the number ${value} is not exact in JSON; give it as a string`);
    }
  }
  return values;
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    throw refuse('whereSQLJSONParams', 'FieldValueInvalid', 'the decoded base64 is no JSON');
  }
}

type CauseReason = 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired';

function refuse(field: string, cause: CauseReason, message: string): QueryError {
  return new QueryError('Invalid', message, { field, cause });
}
