const codes = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENOENT'];

/** Whether the network, or the way to the socket, is what failed. */
export const isSocketError = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));
