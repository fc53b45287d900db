// A connection to the gateway and a session in it, one for each virtual user.
//
// CLUSTER names a `cluster.json` or `dev.json`; without it ADDRESS, EMAIL and USHER_PASSWORD say where and who, TLS=1 that it is TLS,
// and CA which file has the authority, if it is not a public one. The gateway has to have reflection on (`server.reflection`).
import grpc from 'k6/net/grpc';
import { sleep } from 'k6';

const cluster = __ENV.CLUSTER ? JSON.parse(open(__ENV.CLUSTER)) : {};
const named = __ENV.ADDRESS || cluster.address;
const address = named.replace('https://', '');
const secured = address !== named || __ENV.TLS === '1';
const ca = __ENV.CA || cluster.ca;
const tls = ca ? { tls: { cacerts: [open(ca)] } } : {};
const email = __ENV.EMAIL || cluster.owner_email;
const password = __ENV.USHER_PASSWORD || cluster.owner_password;

// An access token lives for five minutes.
const RENEW_AFTER = 200_000;

const client = new grpc.Client();
let connected = false;
let own = null;
// Spread, since one address may log in ten times a minute only.
const patience = RENEW_AFTER * (0.2 + 0.8 * Math.random());

export function connection() {
  if (!connected) {
    client.connect(address, { plaintext: !secured, ...tls, reflect: true, timeout: '60s' });
    connected = true;
  }
  return client;
}

// The answer of a method; `error.code` and `error.reason` when it is a refusal.
export function call(method, message, token) {
  const metadata = token ? { authorization: `Bearer ${token}` } : {};
  const response = connection().invoke(method, message, { metadata, timeout: '30s' });
  return { code: response.status, message: response.message, reason: reason(response) };
}

function reason(response) {
  const details = (response.error && response.error.details) || [];
  const info = details.find((detail) => detail.reason);
  return info ? info.reason : '';
}

function begun(response) {
  if (response.code !== grpc.StatusOK) {
    return null;
  }
  const tokens = response.message.tokens;
  return { access: tokens.accessToken, refresh: tokens.refreshToken, user: tokens.userId, since: Date.now() };
}

export function logIn() {
  for (;;) {
    const session = begun(call('usher.identity.v1.SessionService/LogIn', { email, password }));
    if (session) {
      return session;
    }
    sleep(5);
  }
}

// A token that is good now: the one that all share, and later one of one's own.
export function token(shared) {
  const current = own || shared;
  if (Date.now() - current.since < (own ? RENEW_AFTER : patience)) {
    return current.access;
  }
  own = own ? begun(call('usher.identity.v1.SessionService/RefreshSession', { refresh_token: own.refresh })) : null;
  own = own || logIn();
  return own.access;
}
