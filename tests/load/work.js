// What virtual users do, and what must be true of every answer.
import grpc from 'k6/net/grpc';
import http from 'k6/http';
import { check, sleep } from 'k6';
import exec from 'k6/execution';
import encoding from 'k6/encoding';
import { Counter } from 'k6/metrics';

import { call, connection, logIn, token } from './session.js';

// The account has few seats of it, so that they run out.
const SCARCE = 'webinar';
const IMPORTED = Number(__ENV.IMPORT_ROWS || 200);
// Where the mails can be read, a file each; none, and nobody accepts.
const MAILS = __ENV.MAILS;

// Calls that were refused for overload: no wrong answer, but not what a scenario within the capacity should see.
const shed = new Counter('shed');

// One wrong answer fails a scenario; every one counts what is refused for overload, and those within the capacity fail with it.
export const right = { checks: ['rate==1'] };
export const thresholds = { ...right, shed: ['count==0'] };

// Whether something holds of an answer, which is looked at unless it is a refusal for overload.
function holds(answer, what, fact) {
  if (answer.code === grpc.StatusResourceExhausted) {
    shed.add(1);
    return false;
  }
  return check(answer, { [what]: fact });
}

export function setup() {
  return logIn();
}

// What a user does all day: asks, looks, and now and then adds somebody.
export function mix(session) {
  const dice = Math.random();
  if (dice < 0.6) {
    checkAccess(session);
  } else if (dice < 0.8) {
    listPeople(session);
  } else if (dice < 0.97) {
    addUser(session);
  } else if (dice < 0.99) {
    refuse(session);
  } else {
    countSeats(session);
  }
}

export function checkAccess(session) {
  const checks = [
    { user_id: session.user, permission: 'PERMISSION_MANAGE_USERS' },
    { user_id: session.user, permission: 'PERMISSION_CHANGE_BILLING' },
  ];
  const answer = call('usher.identity.v1.AccessService/CheckAccess', { checks }, token(session));
  holds(
    answer,
    'the owner may do everything',
    ({ code, message }) =>
      code === grpc.StatusOK && message.decisions.length === 2 && message.decisions.every(({ allowed }) => allowed),
  );
}

export function listPeople(session) {
  const answer = call('usher.admin.v1.PeopleService/ListPeople', { page_size: 50 }, token(session));
  holds(
    answer,
    'a page of people has no more than was asked for',
    ({ code, message }) => code === grpc.StatusOK && message.people.length > 0 && message.people.length <= 50,
  );
}

export function addUser(session) {
  const products = Math.random() < 0.25 ? [SCARCE] : [];
  const message = adding({ products, welcome_email: { declined: true } });
  const first = call('usher.admin.v1.PeopleService/AddUsers', message, token(session));
  holds(
    first,
    'somebody is added, or there is no seat left',
    (answer) => outcome(answer) === 'OUTCOME_CREATED' || exhausted(answer, products),
  );
  if (first.code === grpc.StatusOK && Math.random() < 0.2) {
    const again = call('usher.admin.v1.PeopleService/AddUsers', message, token(session));
    holds(
      again,
      'the same request has the same answer',
      ({ code, message }) => code === grpc.StatusOK && canonical(message) === canonical(first.message),
    );
  }
}

// Bad input is told by field and reason, and changes nothing.
export function refuse(session) {
  const message = adding({});
  message.users[0].email = 'nobody';
  const answer = call('usher.admin.v1.PeopleService/AddUsers', message, token(session));
  holds(
    answer,
    'a malformed address is refused',
    ({ code, reason }) => code === grpc.StatusInvalidArgument && reason === 'EMAIL_MALFORMED',
  );
  const stranger = call('usher.admin.v1.PeopleService/ListPeople', {});
  holds(stranger, 'a stranger is refused', ({ code }) => code === grpc.StatusUnauthenticated);
}

export function countSeats(session) {
  const answer = call('usher.licensing.v1.SeatService/ListSeatPools', {}, token(session));
  holds(
    answer,
    'no seat is given twice',
    ({ code, message }) =>
      code === grpc.StatusOK &&
      message.seatPools.every(({ seats, assigned, reserved }) => Number(assigned) + Number(reserved) <= Number(seats)),
  );
}

// Invites somebody, reads their mail, and accepts for them.
export function accept(session) {
  const email = address();
  const added = call('usher.admin.v1.PeopleService/AddUsers', adding({}, email), token(session));
  if (!holds(added, 'somebody is invited', (answer) => outcome(answer) === 'OUTCOME_INVITED')) {
    return;
  }
  const link = invitation(session, added.message.results[0].invitationId);
  const message = { token: link, password: 'a password of some length' };
  const accepted = call('usher.identity.v1.InvitationService/AcceptInvitation', message);
  holds(
    accepted,
    'the invitation is accepted',
    ({ code, message }) => code === grpc.StatusOK && message.tokens.accessToken !== '',
  );
  const again = call('usher.identity.v1.InvitationService/AcceptInvitation', message);
  holds(again, 'a link works once', ({ code }) => code === grpc.StatusFailedPrecondition);
}

// Sends a file and watches until all its rows are in.
export async function importPeople(session) {
  let rows = 'email,given_name,family_name,welcome_email\n';
  for (let row = 0; row < IMPORTED; row += 1) {
    rows += `${address()},Load,Tester,none\n`;
  }
  const metadata = { authorization: `Bearer ${token(session)}` };
  const [taken] = await stream('usher.admin.v1.ImportService/ImportUsers', metadata, [
    { options: {} },
    { content: encoding.b64encode(rows) },
  ]);
  const watched = taken
    ? await stream('usher.admin.v1.ImportService/WatchImport', metadata, [{ import_id: taken.import.id }])
    : [];
  const last = watched.length > 0 ? watched[watched.length - 1].import : {};
  check(last, {
    'every row of a file is somebody': ({ state, counts }) =>
      state === 'STATE_SUCCEEDED' && Number(counts.created) === IMPORTED,
  });
}

// What must be true when everything is over.
export function teardown(session) {
  const access = token(session);
  let pool;
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const { message } = call('usher.licensing.v1.SeatService/ListSeatPools', {}, access);
    pool = message.seatPools.find(({ product }) => product === SCARCE);
    if (Number(pool.reserved) === 0) {
      break;
    }
    sleep(0.1);
  }
  const { message } = call('usher.licensing.v1.SeatService/ListSeats', { product: SCARCE, page_size: 500 }, access);
  check(pool, {
    'in the end nothing is reserved': ({ reserved }) => Number(reserved) === 0,
    'there are no more holders than seats': ({ seats }) => message.seats.length <= Number(seats),
    'who is counted holds a seat': ({ assigned }) => message.seats.length === Number(assigned),
  });
}

function adding(options, email = address()) {
  const users = [{ given_name: 'Load', family_name: `Tester ${exec.vu.idInTest}`, email }];
  return { request_id: crypto.randomUUID(), users, options };
}

function address() {
  return `load-${crypto.randomUUID()}@example.com`;
}

// The same text for the same answer, whose keys come in any order.
function canonical(message) {
  const sorted = (key, value) =>
    value instanceof Object && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort()) : value;
  return JSON.stringify(message, sorted);
}

function outcome({ code, message }) {
  return code === grpc.StatusOK ? message.results[0].outcome : '';
}

function exhausted({ code, reason }, products) {
  return products.length > 0 && code === grpc.StatusFailedPrecondition && reason === 'SEATS_EXHAUSTED';
}

// The token in the invitation's mail, when that has been sent.
function invitation(session, invitation_id) {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const { message } = call('usher.notification.v1.DeliveryService/ListDeliveries', { invitation_id }, token(session));
    const [delivery] = message.deliveries;
    if (delivery && delivery.state === 'STATE_SENT') {
      const mail = http.get(`${MAILS}/${filed(delivery.createTime)}-${delivery.id}.eml`, { tags: { name: 'mail' } });
      const text = mail.body.replace(/=\r\n/g, '').replace(/=3D/g, '=');
      return (/token=([A-Za-z0-9_-]+)/.exec(text) || [])[1];
    }
    sleep(0.1);
  }
  return '';
}

// A time as it stands in the names of files: to the microsecond, where JSON leaves out what is zero.
function filed(time) {
  const [whole, fraction = ''] = time.replace(/[-:Z]/g, '').split('.');
  return `${whole}.${fraction.padEnd(6, '0')}Z`;
}

// All that a stream answers to these messages.
function stream(method, metadata, messages) {
  return new Promise((resolve) => {
    const answers = [];
    const open = new grpc.Stream(connection(), method, { metadata });
    open.on('data', (answer) => answers.push(answer));
    open.on('error', () => {});
    open.on('end', () => resolve(answers));
    messages.forEach((message) => open.write(message));
    open.end();
  });
}
