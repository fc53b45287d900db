// The same load for five minutes (DURATION), by eight virtual users (VUS), with files of people beside it.
import { accepting, importing } from './scenarios.js';
import { thresholds } from './work.js';

export { accept, importPeople, mix, setup, teardown } from './work.js';

const vus = Number(__ENV.VUS || 8);
const duration = __ENV.DURATION || '5m';

export const options = {
  thresholds,
  scenarios: {
    mix: { executor: 'constant-vus', exec: 'mix', vus, duration },
    ...importing({ executor: 'constant-vus', duration }),
    ...accepting({ executor: 'constant-vus', duration }),
  },
};
