// Scenarios that several files have, or that need something to be there.

// Files of people, one after the other.
export function importing(scenario) {
  return { importing: { exec: 'importPeople', vus: 1, ...scenario } };
}

// People who accept, where their mails can be read.
export function accepting(scenario) {
  return __ENV.MAILS ? { accepting: { exec: 'accept', vus: 1, ...scenario } } : {};
}
