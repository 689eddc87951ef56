import { Agent, request } from 'node:https';

/** A plain client of an API server, to write with and to compare with; nothing of it is ours. */
export class ApiClient {
  private readonly agent: Agent;

  constructor(private readonly options: { readonly url: string; readonly authority: string; readonly token: string }) {
    this.agent = new Agent({ keepAlive: true, ca: options.authority, maxSockets: 32 });
  }

  text(path: string, method = 'GET', body?: object): Promise<{ readonly status: number; readonly body: string }> {
    return new Promise((resolve, reject) => {
      const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
      const sent = request(
        new URL(path, this.options.url),
        {
          agent: this.agent,
          method,
          headers: { authorization: `Bearer ${this.options.token}`, 'content-type': type },
        },
        (answer) => {
          const pieces: Buffer[] = [];
          answer.on('data', (piece: Buffer) => pieces.push(piece));
          answer.on('error', reject);
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(pieces).toString() }));
        },
      );
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** Rejects with what the server said for anything but success. */
  async json<T = unknown>(path: string, method = 'GET', body?: object): Promise<T> {
    const answer = await this.text(path, method, body);
    if (answer.status >= 400) throw new Error(`${method} ${path} answers ${answer.status}: ${answer.body}`);
    return JSON.parse(answer.body) as T;
  }

  /** All objects below a path, as the server lists them. */
  async items(path: string): Promise<readonly ListedObject[]> {
    const list = await this.json<{ readonly items: readonly ListedObject[] | null }>(path);
    return list.items ?? [];
  }

  close(): void {
    this.agent.destroy();
  }
}

export interface ListedObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly resourceVersion: string;
    readonly [member: string]: unknown;
  };
  readonly [member: string]: unknown;
}
