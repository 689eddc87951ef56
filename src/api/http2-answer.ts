import { Http2ServerResponse, type ServerHttp2Stream } from 'node:http2';

/**
 * Node's answer over HTTP/2, with what its answers over HTTP/1.1 have besides: whoever writes one need not know which it is. One that is
 * destroyed, or times out, breaks off with an error, so that nobody takes it for whole.
 */
export class Http2Answer extends Http2ServerResponse {
  constructor(stream: ServerHttp2Stream) {
    super(stream);
    this.on('timeout', () => this.destroy());
    // A client may give up on a stream without an error, and Node then waits for it to take what is written.
    stream.once('aborted', () => setImmediate(() => stream.destroy()));
  }

  override write(
    chunk: string | Uint8Array,
    encoding?: BufferEncoding | ((error: Error) => void),
    callback?: (error: Error) => void,
  ): boolean {
    const done = typeof encoding === 'function' ? encoding : callback;
    // The answer to a HEAD ends with its headers. Node forgets who waits for a write to an answer that is gone.
    if (this.req.method === 'HEAD' || this.destroyed) {
      if (done !== undefined) process.nextTick(done);
      return this.req.method === 'HEAD';
    }
    return typeof encoding === 'string' ? super.write(chunk, encoding, done) : super.write(chunk, done);
  }

  override destroy(error = new Error('the answer broke off')): this {
    super.destroy(error);
    return this;
  }
}

// By its types the class has these members; at run time it does not.
Object.defineProperties(Http2Answer.prototype, {
  destroyed: {
    get(this: Http2Answer): boolean {
      return this.stream.destroyed || this.stream.closed;
    },
  },
  writableNeedDrain: {
    get(this: Http2Answer): boolean {
      return this.stream.writableNeedDrain;
    },
  },
});
