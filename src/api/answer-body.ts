import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { createGzip } from 'node:zlib';
import { guardAgainstStall, waitForClient } from './client-pace.js';
import { compressionHeaders, compressionLevel, shouldCompress } from './compression.js';

export interface BodyPiece {
  readonly bytes: Uint8Array;
  /** Called when the bytes are with the client, or never will be. */
  readonly release?: (error?: Error | null) => void;
}

/** Where the bytes of an answer go: to the client as they are, or compressed. */
export interface AnswerBody {
  /** Whether the client keeps up; wait until it does before writing more. */
  write(pieces: readonly BodyPiece[]): boolean;
  /** Resolves when the client takes more, or has gone. */
  waitForClient(): Promise<void>;
  /** `pieces` are the last. */
  end(pieces: readonly BodyPiece[]): void;
}

export interface AnswerHead {
  readonly headers: OutgoingHttpHeaders;
  /** In bytes, of the whole body or of its beginning: it decides whether to compress. */
  readonly size: number;
  readonly isWhole: boolean;
}

/** Sends the head of an answer with the code 200. */
export function beginAnswer(response: ServerResponse, { headers, size, isWhole }: AnswerHead): AnswerBody {
  if (shouldCompress(response.req, size)) {
    response.writeHead(200, { ...headers, ...compressionHeaders });
    guardAgainstStall(response);
    return compressedBody(response);
  }
  response.writeHead(200, isWhole ? { ...headers, 'Content-Length': size } : headers);
  guardAgainstStall(response);
  return plainBody(response);
}

function plainBody(response: ServerResponse): AnswerBody {
  return {
    write(pieces) {
      let isFlowing = true;
      response.cork();
      for (const { bytes, release } of pieces) isFlowing = response.write(bytes, release);
      response.uncork();
      return isFlowing;
    },
    waitForClient: () => waitForClient(response),
    end(pieces) {
      response.cork();
      for (const { bytes, release } of pieces) response.write(bytes, release);
      response.end();
      response.uncork();
    },
  };
}

function compressedBody(response: ServerResponse): AnswerBody {
  const gzip = createGzip({ level: compressionLevel });
  // Who runs the answer learns of a client that went from the response; one that went takes the compressor along.
  pipeline(gzip, response, () => {});
  return {
    write(pieces) {
      let isFlowing = true;
      for (const { bytes, release } of pieces) isFlowing = gzip.write(bytes, release);
      return isFlowing;
    },
    waitForClient: () => waitForClient(gzip),
    end(pieces) {
      for (const { bytes, release } of pieces) gzip.write(bytes, release);
      gzip.end();
    },
  };
}
