import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8's space for new objects at its first size. A long list is a stream of large buffers that are garbage as soon as they are
 * sent, and V8 frees them when this space is full; a small one keeps resident memory low. Has to come before that space has grown:
 * before the server is loaded.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
