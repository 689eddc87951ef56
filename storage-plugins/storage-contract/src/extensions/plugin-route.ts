/** A request to a route, read as far as the host has to. */
export interface RouteRequest {
  /** Values of the pattern's parameters, percent-decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Names in lower case; without those that carry credentials. */
  readonly headers: Readonly<Record<string, string>>;
  /** At most `bodyLimit` bytes; empty when there is none. */
  readonly body: Uint8Array;
  /** The body as JSON; throws INVALID when it is none. */
  json(): unknown;
  /** Aborted at the deadline, when the client goes and when the server ends. */
  readonly signal: AbortSignal;
}

/** `json` or `body`, not both; neither is an empty answer. */
export interface RouteResponse {
  /** 200 unless told, 204 without a body; 200 to 599. */
  readonly status?: number;
  /** Of cache-control, content-disposition, content-type, etag, last-modified, link, location, retry-after, vary, warning and x-…. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly body?: string | Uint8Array;
}

export type RouteMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * A route of a plugin, served at `/apis/plugins.clusterdex.io/v1/<plugin><pattern>`. GET answers HEAD too. Methods other than GET, and their
 * bodies, are for who may write.
 */
export interface PluginRoute {
  /** A word with dashes, of its own in the plugin; it names the operation in OpenAPI and in metrics. */
  readonly name: string;
  readonly method: RouteMethod;
  /** Segments, of which `{name}` takes any text without a slash: `/shops/{shop}/orders`. Fixed segments win over parameters. */
  readonly pattern: string;
  /** Of the route, told in OpenAPI; `v1` for example. */
  readonly version: string;
  readonly description?: string;
  /** Bytes of a body; 65,536 unless told, 16 MiB at most. Longer ones are answered 413. */
  readonly bodyLimit?: number;
  /** JSON Schemas for OpenAPI; the host does not check by them. */
  readonly requestSchema?: Readonly<Record<string, unknown>>;
  readonly responseSchema?: Readonly<Record<string, unknown>>;
  /** A StorageError is answered as the Status that it stands for; anything else is 500, and the log says more. 504 at the deadline. */
  handler(request: RouteRequest): Promise<RouteResponse> | RouteResponse;
}
