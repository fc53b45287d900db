// Little load for a long time (DURATION, an hour): what grows shows. No more than 32 virtual users (VUS), since each logs in.
import { accepting } from './scenarios.js';
import { thresholds } from './work.js';

export { accept, mix, setup, teardown } from './work.js';

const vus = Number(__ENV.VUS || 4);
const duration = __ENV.DURATION || '1h';

export const options = {
  thresholds,
  scenarios: {
    mix: { executor: 'constant-vus', exec: 'mix', vus, duration },
    ...accepting({ executor: 'constant-vus', duration }),
  },
};
