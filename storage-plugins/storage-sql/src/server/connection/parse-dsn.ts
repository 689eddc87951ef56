import { createStorageError } from '@clusterdex/storage-contract';

export interface DsnForm {
  /** With their colons, the usual one first. */
  readonly protocols: readonly string[];
  /** Whether `?host=` may name the folder of a socket. */
  readonly hostParameter?: boolean;
}

/** Where a server is, and as whom one comes. */
export interface ServerAddress {
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
}

/** The parts of `protocol://user:password@host:port/database`. Throws INVALID, without the text, which may hold a password. */
export function parseDsn(dsn: string, { protocols, hostParameter = false }: DsnForm): ServerAddress {
  const [usual = ''] = protocols;
  let url: URL;
  try {
    url = new URL(dsn);
  } catch {
    throw createStorageError('INVALID', `dsn is no URL; expected ${usual}//user@host:port/database`);
  }
  if (!protocols.includes(url.protocol)) {
    throw createStorageError('INVALID', `dsn begins with ${url.protocol}//; expected ${usual}//`);
  }
  const surplus = [...url.searchParams.keys()].find((key) => !hostParameter || key !== 'host');
  if (surplus !== undefined) {
    throw createStorageError('INVALID', `the parameter ${surplus} of the dsn has a key of its own in the config`);
  }
  const host = url.searchParams.get('host') ?? decoded(url.hostname).replace(/^\[|\]$/g, '');
  const [user, password, database] = [url.username, url.password, url.pathname.slice(1)].map(decoded);
  return {
    ...(host !== '' && { host }),
    ...(url.port !== '' && { port: Number(url.port) }),
    ...(user && { user }),
    ...(password && { password }),
    ...(database && { database }),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw createStorageError('INVALID', 'the dsn holds a % that begins no escape; expected %25');
  }
}
