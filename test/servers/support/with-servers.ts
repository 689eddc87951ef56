import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { type OwnServer, ownServerNotRun, startOwnServer } from './own-server.js';
import type { ServerKind, TextRow } from './server-kind.js';
import { serverKinds } from './server-kinds.js';

export const minute = 60_000;

/** A server as a test sees it: where it is, and a name for a store that nobody else has. */
export interface TestServer {
  readonly kind: ServerKind;
  readonly address: string;
  newStore(): string;
  run(...texts: readonly string[]): Promise<readonly TextRow[]>;
}

export interface TestOwnServer extends TestServer {
  /** Its own: killed, restarted and filled at will. */
  readonly own: OwnServer;
}

function testServer(kind: ServerKind, address: () => string, stores: string[]): TestServer {
  return {
    kind,
    get address() {
      return address();
    },
    newStore() {
      const store = `test_${randomBytes(8).toString('hex')}`;
      stores.push(store);
      return store;
    },
    async run(...texts) {
      const client = await kind.connect(address());
      try {
        let rows: readonly TextRow[] = [];
        for (const text of texts) rows = await client.query(text);
        return rows;
      } finally {
        await client.end();
      }
    },
  };
}

/** Tests for each kind of server, on the one that all tests share; what does not run says so. */
export function withServers(name: string, tests: (server: TestServer) => void): void {
  for (const kind of serverKinds) {
    describe(`${name} on ${kind.name}`, () => {
      const { address } = kind;
      if (address === undefined) {
        it.skip(kind.notRun, () => {});
        return;
      }
      const stores: string[] = [];
      const server = testServer(kind, () => address, stores);
      afterAll(async () => {
        for (const store of stores) await server.run(kind.drop(store));
      });
      tests(server);
    });
  }
}

/** Tests for each kind of server, each on one of their own. */
export function withOwnServers(
  name: string,
  tests: (server: TestOwnServer) => void,
  settings: (kind: ServerKind) => Readonly<Record<string, string>> = () => ({}),
): void {
  for (const kind of serverKinds) {
    describe(`${name} on ${kind.name}`, () => {
      const notRun = ownServerNotRun(kind.name);
      if (notRun !== undefined) {
        it.skip(notRun, () => {});
        return;
      }
      let own: OwnServer;
      beforeAll(async () => {
        own = await startOwnServer(kind.name, settings(kind));
      }, minute);
      afterAll(() => own.stop(), minute);
      const server = testServer(kind, () => own.address, []);
      const descriptors = Object.getOwnPropertyDescriptors(server);
      tests(
        Object.defineProperties(
          {
            get own() {
              return own;
            },
          },
          descriptors,
        ) as TestOwnServer,
      );
    });
  }
}
