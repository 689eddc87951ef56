import { once } from 'node:events';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiError } from '../../src/api/api-error.js';
import type { Attributes } from '../../src/api/auth/attributes.js';
import { createStatus } from '../../src/kube/status.js';
import { type ProxyingServer, type StandIn, startProxyingServer, startStandIn } from './support.js';

const pods = '/apis/clusterpedia.io/v1beta1/resources/clusters/member/api/v1/namespaces/shop/pods';

describe('a request that goes on, whose caller loses the right to it', () => {
  let member: StandIn;
  let server: ProxyingServer;
  let allows: (attributes: Attributes) => boolean;
  let asked: Attributes[];
  let answering: (response: ServerResponse) => void;
  let upgraded: Socket[];

  beforeAll(async () => {
    member = await startStandIn((_question, response) => answering(response));
    member.server.on('upgrade', (_question: IncomingMessage, socket: Socket) => {
      upgraded.push(socket);
      socket.on('error', () => undefined);
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\nhello ');
      socket.pipe(socket);
    });
    const flags = { allowedProxySubresources: 'log,exec', allowPediaclusterConfigForProxyRequest: true };
    server = await startProxyingServer(member.url, { ...flags, reviewInterval: 20 }, (attributes) => {
      asked.push(attributes);
      return allows(attributes);
    });
  });
  beforeEach(() => {
    allows = () => true;
    asked = [];
    upgraded = [];
  });
  afterAll(async () => {
    await server?.stop();
    member?.stop();
  });

  async function openExec(): Promise<Socket> {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.write(
      `POST ${pods}/web/exec?command=sh HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n`,
    );
    await reads(socket, 'hello ');
    return socket;
  }

  async function reads(socket: Socket, words: string): Promise<void> {
    let text = '';
    while (!text.includes(words)) text += String((await once(socket, 'data'))[0]);
  }

  /** What has to be reviewed is asked anew each time. */
  async function reviews(count: number): Promise<void> {
    const before = asked.length;
    while (asked.length < before + count) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  it.each([
    ['the verb proxy', ({ verb }: Attributes) => verb !== 'proxy'],
    ['the verb create, which changing the protocol takes', ({ verb }: Attributes) => verb !== 'create'],
    ['the way there', (attributes: Attributes) => 'resource' in attributes && attributes.resource !== 'resources'],
  ])('is ended on both sides when it changed the protocol: %s', async (_what, stillAllows) => {
    const socket = await openExec();
    // As long as nothing changes it stays.
    await reviews(6);
    socket.write('still here');
    await reads(socket, 'still here');
    const closed = Promise.all([socket, upgraded[0]].map((side) => side && once(side, 'close')));
    allows = stillAllows;
    await closed;
  });

  it('is ended when its answer goes on, and is not taken for a whole one', async () => {
    let gone: Promise<unknown> | undefined;
    answering = (response) => {
      gone = once(response, 'close');
      response.write('line\n');
    };
    const { hostname, port } = new URL(server.url);
    const sent = request({ hostname, port, path: `${pods}/web/log?follow=true`, agent: false }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    await once(response, 'data');
    const failed = once(response, 'error');
    allows = ({ verb }) => verb !== 'proxy';
    expect(String(await failed)).toContain('aborted');
    await gone;
  });

  it('is refused when its answer has not begun', async () => {
    let gone: Promise<unknown> | undefined;
    answering = (response) => {
      gone = once(response, 'close');
      allows = ({ verb }) => verb !== 'proxy';
    };
    const { hostname, port } = new URL(server.url);
    const sent = request({ hostname, port, path: `${pods}/web/log`, agent: false }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(403);
    await gone;
  });

  it('goes on while nobody can say, for some reviews, and not for ever', async () => {
    const socket = await openExec();
    allows = () => {
      throw new ApiError(createStatus({ code: 503, reason: 'ServiceUnavailable', message: 'nobody answers' }));
    };
    await reviews(4);
    socket.write('still here');
    await reads(socket, 'still here');
    allows = () => true;
    await reviews(4);
    const closed = once(socket, 'close');
    allows = () => {
      throw new ApiError(createStatus({ code: 503, reason: 'ServiceUnavailable', message: 'nobody answers' }));
    };
    asked = [];
    await closed;
    expect(asked.length).toBeGreaterThanOrEqual(10);
  });
});
