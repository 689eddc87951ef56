import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadObjects, sampleObjects } from './support/load-objects.js';
import { startTestApp, type TestApp } from './support/start-test-app.js';

const resources = '/apis/clusterpedia.io/v1beta1/resources';
const prod = `${resources}/clusters/prod-eu`;
const collection = '/apis/clusterpedia.io/v1beta1/collectionresources/any?resources=/pods';
const largest = '18446744073709551615';
/** Some API servers count in microseconds since the epoch, and are ahead of us. */
const farAhead = '1999999999999999999';
const ahead = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'ahead', namespace: 'shop', resourceVersion: farAhead },
};

describe.each(['sqlite', 'memory'])('resourceVersion on %s', (storageName) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp(storageName, (factory) =>
      loadObjects(factory, 'prod-eu', { objects: [...sampleObjects('prod-eu'), ahead] }),
    );
  });
  afterAll(() => app?.stop());

  async function ask(path: string) {
    const { code, headers, text } = await app.ask(path);
    return { code, headers, body: JSON.parse(text.split('\n')[0] ?? '') };
  }

  const tooLarge = (revision: string) => ({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: expect.stringMatching(new RegExp(`^Timeout: Too large resource version: ${revision}, current: [0-9]+$`)),
    reason: 'Timeout',
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
    code: 504,
  });

  const current = async (): Promise<string> => (await ask(`${prod}/api/v1/pods?limit=1`)).body.metadata.resourceVersion;

  it('of a list that was read, of an object, 0 or nothing at all, is reached', async () => {
    const { items } = (await ask(`${prod}/api/v1/pods?limit=1`)).body;
    const own = items[0].metadata.resourceVersion;
    for (const revision of ['', '0', '1', '00', '0012', own, await current()]) {
      for (const match of ['', '&resourceVersionMatch=', revision === '' ? '' : '&resourceVersionMatch=NotOlderThan']) {
        const path = `${prod}/api/v1/pods?resourceVersion=${revision}${match}`;
        expect({ path, code: (await ask(path)).code }).toEqual({ path, code: 200 });
      }
      const single = `${prod}/api/v1/namespaces/shop/configmaps/ahead?resourceVersion=${revision}`;
      expect({ single, code: (await ask(single)).code }).toEqual({ single, code: 200 });
    }
  });

  it('that nothing has reached is a 504 to try again', async () => {
    const newest = await current();
    const next = String(BigInt(newest) + 1n);
    for (const revision of [next, largest]) {
      for (const path of [
        `${prod}/api/v1/pods?resourceVersion=${revision}`,
        `${resources}/api/v1/pods?resourceVersion=${revision}&resourceVersionMatch=NotOlderThan&limit=1`,
        `${resources}/api/v1/pods?resourceVersion=${revision}&resourceVersionMatch=Exact`,
        `${resources}/api/v1/namespaces/nowhere/pods?resourceVersion=${revision}`,
        `${collection}&resourceVersion=${revision}`,
      ]) {
        const { code, headers, body } = await ask(path);
        expect({ path, code, retry: headers['retry-after'], body }).toEqual({
          path,
          code: 504,
          retry: '1',
          body: {
            ...tooLarge(revision),
            message: `Timeout: Too large resource version: ${revision}, current: ${newest}`,
          },
        });
      }
    }
  });

  it('of a single object may be its own, ours, or too large', async () => {
    const path = `${prod}/api/v1/namespaces/shop/configmaps/ahead?resourceVersion=`;
    for (const revision of [farAhead, await current()]) expect((await ask(path + revision)).code).toBe(200);
    expect(await ask(path + largest)).toMatchObject({ code: 504, body: tooLarge(largest) });
    expect((await ask(`${prod}/api/v1/namespaces/shop/configmaps/nope?resourceVersion=${largest}`)).code).toBe(404);
  });

  it('that has to be exact is the newest, or no longer kept', async () => {
    const newest = await current();
    const exact = (revision: string) =>
      ask(`${prod}/api/v1/pods?resourceVersion=${revision}&resourceVersionMatch=Exact&limit=2`);
    expect((await exact(newest)).body.items).toHaveLength(2);
    expect(await exact(String(BigInt(newest) - 1n))).toMatchObject({
      code: 410,
      body: { message: 'The resourceVersion for the provided list is too old.', reason: 'Expired', code: 410 },
    });
  });

  it.each([
    ['abc', 'invalid syntax'],
    ['-1', 'invalid syntax'],
    ['%2B1', 'invalid syntax'],
    ['1.5', 'invalid syntax'],
    ['1e3', 'invalid syntax'],
    ['%D9%A1', 'invalid syntax'],
    ['18446744073709551616', 'value out of range'],
    ['9'.repeat(1000), 'value out of range'],
  ])('that is %s is a 400', async (revision, fault) => {
    for (const path of [
      `${prod}/api/v1/pods?resourceVersion=${revision}`,
      `${prod}/api/v1/pods?resourceVersion=${revision}&watch=true`,
      `${prod}/api/v1/namespaces/shop/configmaps/ahead?resourceVersion=${revision}`,
      `${collection}&resourceVersion=${revision}`,
    ]) {
      const { code, body } = await ask(path);
      expect({ path, code, body }).toMatchObject({ path, code: 400, body: { reason: 'BadRequest' } });
      if (revision.length < 100) expect(body.message).toContain(fault);
    }
  });

  it('of what a watch begins with is an event when it is too large', async () => {
    const path = `${prod}/api/v1/pods?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`;
    const { code, body } = await ask(`${path}&resourceVersion=${largest}&timeoutSeconds=10`);
    expect({ code, body }).toEqual({ code: 200, body: { type: 'ERROR', object: tooLarge(largest) } });
  });

  it('of an event is one to go on from', async () => {
    const event = (await ask(`${prod}/api/v1/namespaces?watch=true&timeoutSeconds=1`)).body;
    const { name, resourceVersion } = event.object.metadata;
    expect((await ask(`${prod}/api/v1/namespaces/${name}?resourceVersion=${resourceVersion}`)).code).toBe(200);
    expect((await ask(`${prod}/api/v1/namespaces?resourceVersion=${resourceVersion}`)).code).toBe(200);
  });
});
