import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ApiServer } from './api-server.js';

/** What becomes of a request: `pass`; an answer in place of the server's; text before what the server sends. */
export type FaultRule = (url: URL) => 'pass' | FaultAnswer | { readonly before: string };

export interface FaultAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Nothing more comes, and nothing ends. */
  readonly hangs?: boolean;
}

/** In front of a real API server, over plain HTTP/1.1: lets through what comes, but for what the rule says. */
export interface FaultProxy {
  readonly url: string;
  /** Asked for each request; set it whenever something else has to happen. */
  rule: FaultRule;
  /** What was asked, path and query. */
  readonly asked: readonly string[];
  /** Ends every answer that is under way, as a server that restarts. */
  cut(): void;
  close(): Promise<void>;
}

export async function startFaultProxy(target: ApiServer): Promise<FaultProxy> {
  const agent = new Agent({ keepAlive: true, ca: target.authority });
  const asked: string[] = [];
  const answers = new Set<ServerResponse>();
  let rule: FaultRule = () => 'pass';
  const server = createServer((incoming, outgoing) => {
    asked.push(incoming.url ?? '');
    answers.add(outgoing);
    outgoing.once('close', () => answers.delete(outgoing));
    const verdict = rule(new URL(incoming.url ?? '', target.url));
    if (verdict === 'pass') return forward(incoming, outgoing, '');
    if ('before' in verdict) return forward(incoming, outgoing, verdict.before);
    outgoing.writeHead(verdict.status, { 'content-type': 'application/json', ...verdict.headers });
    outgoing.write(verdict.body);
    if (!verdict.hangs) outgoing.end();
  });

  function forward(incoming: IncomingMessage, outgoing: ServerResponse, before: string): void {
    const upstream = request(
      new URL(incoming.url ?? '', target.url),
      { agent, method: incoming.method, headers: { ...incoming.headers, host: new URL(target.url).host } },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        // Those of a watch come before its first event.
        outgoing.flushHeaders();
        if (before !== '') outgoing.write(before);
        answer.on('error', () => outgoing.destroy());
        answer.pipe(outgoing);
      },
    );
    upstream.on('error', () => outgoing.destroy());
    outgoing.once('close', () => upstream.destroy());
    incoming.pipe(upstream);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get rule() {
      return rule;
    },
    set rule(next) {
      rule = next;
    },
    asked,
    cut() {
      for (const answer of answers) answer.destroy();
    },
    async close() {
      for (const answer of answers) answer.destroy();
      agent.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
