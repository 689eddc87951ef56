import { userInfo } from 'node:os';

/** As libpq: PGUSER, else the user of the process; undefined where the system has no name for it. */
export function defaultUser(): string | undefined {
  const named = process.env.PGUSER;
  if (named !== undefined && named !== '') return named;
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}
