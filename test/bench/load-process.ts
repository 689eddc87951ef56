import { type LoadOptions, runLoad } from './http-load.js';

/** Entry of a child process: each message is LoadOptions, each answer { result } or { error }. */
process.on('message', (options: LoadOptions) => {
  runLoad(options).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
