// Twenty seconds of everything: whether it works, not how fast.
import { accepting, importing } from './scenarios.js';
import { thresholds } from './work.js';

export { accept, importPeople, mix, setup, teardown } from './work.js';

export const options = {
  thresholds,
  scenarios: {
    mix: { executor: 'constant-vus', exec: 'mix', vus: 4, duration: '20s' },
    ...importing({ executor: 'shared-iterations', iterations: 2 }),
    ...accepting({ executor: 'shared-iterations', iterations: 5 }),
  },
};
