/** Which database, of which kind. */
export interface Database {
  readonly dialect: 'postgres' | 'mysql' | 'sqlite';
  /** A URL, or the path of a file. */
  readonly address: string;
}

const goAddress = /^([^:@/]*)(?::(.*))?@tcp\(([^)]+)\)\/([^?]*)(?:\?.*)?$/;

/**
 * A connection string in base64: a URL, or the form of Go's MySQL driver, `user:password@tcp(host:port)/database`. Throws an Error that
 * says what was expected and repeats nothing of it.
 */
export function parseDatabase(dbInfo: string): Database {
  const text = Buffer.from(dbInfo, 'base64').toString('utf8').trim();
  if (/^postgres(ql)?:\/\//.test(text)) return { dialect: 'postgres', address: text };
  if (/^(mysql|mariadb):\/\//.test(text)) {
    return { dialect: 'mysql', address: text.replace(/^mariadb:/, 'mysql:') };
  }
  const file = /^(?:sqlite|file):(?:\/\/)?(.+)$/.exec(text);
  if (file !== null) return { dialect: 'sqlite', address: file[1] as string };
  const go = goAddress.exec(text);
  if (go !== null) {
    const [, user = '', password = '', host = '', database = ''] = go;
    const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
    return { dialect: 'mysql', address: `mysql://${login}@${host}/${database}` };
  }
  throw new Error(
    'dbInfo: expected in base64 postgres://…, mysql://…, user:password@tcp(host:port)/database or sqlite:/path, found something else',
  );
}
