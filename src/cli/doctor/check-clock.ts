import type { ClockReading } from './check-connections.js';
import type { Finding } from './finding.js';

/** Seconds: a header says whole ones, and an answer is under way for a while. */
const tolerated = 5;
const harmful = 60;

/** Holds this machine's clock against those of API servers. */
export function checkClock(readings: readonly ClockReading[]): readonly Finding[] {
  const check = 'clock';
  if (readings.length === 0) {
    return [{ check, status: 'skipped', message: 'no API server answered that it could be held against' }];
  }
  const skews = readings.map(({ server, theirs, ours }) => ({ server, seconds: (theirs - ours) / 1000 }));
  const wrong = skews.filter(({ seconds }) => Math.abs(seconds) > tolerated);
  if (wrong.length === 0) {
    return [
      {
        check,
        status: 'ok',
        message: `within ${tolerated} seconds of ${readings.length === 1 ? 'an API server' : `${readings.length} API servers`}`,
      },
    ];
  }
  return wrong.map(({ server, seconds }) => ({
    check,
    status: Math.abs(seconds) > harmful ? 'failed' : 'warning',
    message: `${server} is ${Math.abs(Math.round(seconds))} seconds ${seconds > 0 ? 'ahead of' : 'behind'} this machine`,
    advice: `let both follow a time server (${wrong.length > 1 ? 'it is this machine that is wrong' : 'chronyc tracking or timedatectl says who is wrong'}): certificates and tokens are refused before and after their time`,
  }));
}
