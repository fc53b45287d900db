// Ten times as many at once (VUS, 100) after a quiet time, and quiet again: nothing may be answered wrongly, then or later.
// Whoever is refused for overload is told when to come again, which is a right answer too.
import { right } from './work.js';

export { mix, setup, teardown } from './work.js';

const peak = Number(__ENV.VUS || 100);
const calm = Math.max(1, Math.round(peak / 10));

export const options = {
  thresholds: right,
  scenarios: {
    mix: {
      executor: 'ramping-vus',
      exec: 'mix',
      startVUs: calm,
      stages: [
        { duration: '20s', target: calm },
        { duration: '1s', target: peak },
        { duration: '30s', target: peak },
        { duration: '1s', target: calm },
        { duration: '20s', target: calm },
      ],
    },
  },
};
