// One point of the curve of throughput against latency: VUS virtual users for DURATION, written to RESULT.
import { right } from './work.js';

export { mix, setup, teardown } from './work.js';

const vus = Number(__ENV.VUS || 8);
const duration = __ENV.DURATION || '10s';
const seconds = parseInt(duration, 10) * (duration.endsWith('m') ? 60 : 1);
// Logging in, before and after, is none of what is measured.
const MEASURED = 'grpc_req_duration{scenario:mix}';

export const options = {
  thresholds: { ...right, [MEASURED]: ['max>=0'] },
  summaryTrendStats: ['med', 'p(95)', 'p(99)'],
  scenarios: { mix: { executor: 'constant-vus', exec: 'mix', vus, duration } },
};

export function handleSummary({ metrics }) {
  const { med, 'p(95)': p95, 'p(99)': p99 } = metrics[MEASURED].values;
  const calls = metrics.iterations.values.count / seconds;
  const point = { vus, seconds, calls, med, p95, p99, wrong: metrics.checks.values.fails };
  return {
    [__ENV.RESULT]: `${JSON.stringify(point)}\n`,
    stdout: `${vus} virtual users: ${calls.toFixed(0)} a second\n`,
  };
}
