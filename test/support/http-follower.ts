import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, get as plainGet } from 'node:http';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import type { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

export interface WatchedObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly resourceVersion: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: { readonly version: string };
}

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: WatchedObject & { readonly code?: number; readonly message?: string };
}

interface Listed {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly WatchedObject[];
}

export interface HttpFollowerOptions {
  readonly name: string;
  /** Where the server is now; it may move when it restarts. */
  address(): { readonly plainUrl: string; readonly tlsUrl: string; readonly ca: string };
  /** Behind the server's root, without a query. */
  readonly path: string;
  readonly query?: string;
  readonly http2?: boolean;
  /** Takes what is there already as events, instead of a list. */
  readonly initialEvents?: boolean;
  /** The longest that it stays before it breaks off, in milliseconds. */
  readonly stay?: number;
  /** The longest that it stops to read, now and then, in milliseconds. */
  readonly slowness?: number;
  readonly random: () => number;
}

const clusterAnnotation = 'shadow.clusterpedia.io/cluster-name';

/** Keeps a view of what is served, as an informer does: list, watch, go on behind the last event that it saw, list again at 410. */
export class HttpFollower {
  readonly #options: HttpFollowerOptions;
  readonly view = new Map<string, string>();
  #revision: string | undefined;
  #listedAt = 0;
  #session: ClientHttp2Session | undefined;
  #stopped = false;
  #hurries = false;
  lists = 0;
  watches = 0;
  events = 0;

  constructor(options: HttpFollowerOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  /** The revision up to which it has seen every change that concerns it. */
  get reached(): number {
    return Number(this.#revision ?? 0);
  }

  /** Reads without a stop from here on, so that it comes to the end of what there is. */
  hurry(): void {
    this.#hurries = true;
  }

  stop(): void {
    this.#stopped = true;
    this.#session?.destroy();
  }

  /** Follows until it is stopped; rejects when what it is told makes no sense. That a connection breaks does not. */
  async run(): Promise<void> {
    while (!this.#stopped) {
      try {
        if (this.#revision === undefined && !this.#options.initialEvents) await this.#list();
        else await this.#watch();
      } catch (error) {
        if (error instanceof assert.AssertionError || error instanceof SyntaxError) throw error;
        // The server restarts, or the connection was broken off.
        this.#session?.destroy();
        this.#session = undefined;
        await delay(10);
      }
    }
    this.#session?.destroy();
  }

  async #list(): Promise<void> {
    this.lists++;
    const items: WatchedObject[] = [];
    let revision = '';
    let position: string | undefined = '';
    while (position !== undefined) {
      const page: Listed = await this.#get(`limit=17${position && `&continue=${encodeURIComponent(position)}`}`);
      // The first page is the oldest.
      revision ||= page.metadata.resourceVersion;
      items.push(...page.items);
      position = page.metadata.continue;
    }
    await this.#allowRepetition();
    this.view.clear();
    for (const item of items) this.#put(item);
    this.#revision = revision;
  }

  /** What is listed may be ahead of the revision of the list, and comes again as events until then. */
  async #allowRepetition(): Promise<void> {
    const now: Listed = await this.#get('limit=1');
    this.#listedAt = Number(now.metadata.resourceVersion);
  }

  async #get(query: string): Promise<Listed> {
    const body = await this.#open(`${this.#options.path}?${query}&${this.#options.query ?? ''}`);
    const answer = (await json(body)) as Listed;
    assert.ok(Array.isArray(answer.items), `${this.name}: expected a list, got ${JSON.stringify(answer)}`);
    return answer;
  }

  async #watch(): Promise<void> {
    this.watches++;
    const { path, query = '', stay, random } = this.#options;
    const isNew = this.#revision === undefined;
    const from = isNew
      ? 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan'
      : `resourceVersion=${this.#revision}`;
    const body = await this.#open(`${path}?watch=true&allowWatchBookmarks=true&${from}&${query}`);
    const leave = stay === undefined ? undefined : setTimeout(() => body.destroy(), random() * stay);
    if (isNew) this.view.clear();
    try {
      await this.#read(body, isNew);
    } finally {
      clearTimeout(leave);
      body.destroy();
    }
  }

  async #read(body: Readable, isNew: boolean): Promise<void> {
    const { slowness = 0, random } = this.#options;
    let text = '';
    let isComplete = !isNew;
    for await (const chunk of body.setEncoding('utf8')) {
      text += chunk;
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const event = JSON.parse(line) as WatchEvent;
        if (event.type === 'ERROR') {
          assert.equal(event.object.code, 410, `${this.name}: ${line}`);
          this.#revision = undefined;
          return;
        }
        if (isComplete) this.#apply(event);
        else if (event.type === 'BOOKMARK') {
          isComplete = true;
          this.lists++;
          this.#revision = event.object.metadata.resourceVersion;
          await this.#allowRepetition();
        } else {
          assert.equal(event.type, 'ADDED', `${this.name}: ${line} among the initial events`);
          this.#put(event.object);
        }
      }
      if (slowness > 0 && !this.#hurries && random() < 0.3) await delay(random() * slowness);
    }
  }

  #apply({ type, object }: WatchEvent): void {
    const { resourceVersion } = object.metadata;
    const text = `${this.name}: ${type} at ${resourceVersion}, behind ${this.#revision}`;
    if (type === 'BOOKMARK') {
      assert.ok(Number(resourceVersion) >= this.reached, text);
    } else {
      const key = keyOf(object);
      assert.ok(Number(resourceVersion) > this.reached, `${text}: ${key} is repeated`);
      if (Number(resourceVersion) > this.#listedAt) {
        assert.equal(type === 'ADDED', !this.view.has(key), `${text}: ${key}: something is missing`);
      }
      if (type === 'DELETED') this.view.delete(key);
      else this.#put(object);
      this.events++;
    }
    this.#revision = resourceVersion;
  }

  #put(object: WatchedObject): void {
    this.view.set(keyOf(object), object.data?.version ?? '');
  }

  async #open(path: string): Promise<Readable> {
    const { address, http2 = false } = this.#options;
    const { plainUrl, tlsUrl, ca } = address();
    if (!http2) {
      const request = plainGet(plainUrl + path, { agent: false });
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      return response;
    }
    if (this.#session === undefined || this.#session.closed || this.#session.destroyed) {
      this.#session = connectHttp2(tlsUrl, { ca }).on('error', () => undefined);
    }
    const stream = this.#session.request({ ':path': path });
    await once(stream, 'response');
    return stream;
  }
}

function keyOf({ metadata: { namespace, name, annotations } }: WatchedObject): string {
  return `${annotations?.[clusterAnnotation]}/${namespace}/${name}`;
}
