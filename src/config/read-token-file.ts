import { readFileSync } from 'node:fs';
import { ConfigError } from './config-error.js';

export interface TokenUser {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
}

/** By token. The form is a kube-apiserver's: lines of `token,user,uid,"group1,group2"`. Throws ConfigError, which names file and line, and no token. */
export function readTokenFile(file: string): ReadonlyMap<string, TokenUser> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  const users = new Map<string, TokenUser>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const wrong = (reason: string) => new ConfigError(`${file}, line ${index + 1}: ${reason}`);
    const fields = splitLine(line);
    if (fields === undefined) throw wrong('a quote has no end, or stands in the middle of a field');
    const [token = '', name = '', uid = '', groups = ''] = fields;
    if (fields.length < 3) throw wrong('expected token,user,uid and possibly "group1,group2", found fewer fields');
    if (token === '' || name === '') throw wrong('expected a token and a user, found nothing in their place');
    if (users.has(token)) throw wrong('the token stands there twice');
    users.set(token, {
      name,
      ...(uid === '' ? {} : { uid }),
      groups: groups.split(',').filter((group) => group !== ''),
    });
  }
  if (users.size === 0) throw new ConfigError(`${file}: expected lines of token,user,uid, found none`);
  return users;
}

const field = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;

function splitLine(line: string): readonly string[] | undefined {
  const fields: string[] = [];
  for (let at = 0; ; at = field.lastIndex) {
    field.lastIndex = at;
    const match = field.exec(line);
    if (match === null) return undefined;
    const [, quoted, plain = '', end] = match;
    fields.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    if (end === '') return fields;
  }
}
