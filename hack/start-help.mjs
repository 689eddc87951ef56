const usage = `Usage: npm start

Installs and builds what is missing, imports two sample clusters on the first run, serves them at http://127.0.0.1:8642, and says what to ask.

Environment variables:
  CLUSTERDEX_DATA_DIR       where data lies (default: .data)
  CLUSTERDEX_INSECURE_PORT  where to serve (default: 8642, or a free port where that is taken)

For everything else there is the command itself: npx clusterdex --help
`;

/** What to print and to exit with in place of starting; undefined without arguments. */
export function startHelp(parameters) {
  if (parameters.length === 0) return undefined;
  const [other] = parameters.filter((parameter) => parameter !== '--help' && parameter !== '-h');
  if (other === undefined) return { status: 0, output: usage };
  return { status: 1, error: `npm start takes no arguments, found ${other}\n\n${usage}` };
}
