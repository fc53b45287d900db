\set account random(1, :accounts)
BEGIN;
INSERT INTO users (id, account_id, email, address, given_name, family_name, given_key, sort_key, role, state, language,
    time_zone, settings, products, seat_version, revision, create_time, update_time)
VALUES ('usr_' || lpad(nextval('ids')::text, 32, '0'), 'acc_' || :account,
    'ada-' || lpad(currval('ids')::text, 36, '0') || '@example.com',
    'ada-' || lpad(currval('ids')::text, 36, '0') || '@example.com',
    'Ada', 'Lovelace', 'ada', 'lovelace ada', 'MEMBER', 'INVITED', 'en', 'UTC', '{}', '["training"]', 1, 1,
    1764000000000000, 1764000000000000);
INSERT INTO invitations (id, account_id, user_id, kind, state, email, address, role, language, time_zone, products,
    generation, token_hash, inviter_id, create_time, expire_time, last_send_time)
VALUES ('inv_' || lpad(currval('ids')::text, 32, '0'), 'acc_' || :account,
    'usr_' || lpad(currval('ids')::text, 32, '0'), 'JOIN', 'PENDING',
    'ada-' || lpad(currval('ids')::text, 36, '0') || '@example.com',
    'ada-' || lpad(currval('ids')::text, 36, '0') || '@example.com',
    'MEMBER', 'en', 'UTC', '["training"]', 1, lpad(currval('ids')::text, 64, '0'), 'usr_1', 1764000000000000,
    1764600000000000, 1764000000000000);
INSERT INTO outbox (topic, key, payload, create_time, next_attempt_time, attempts)
VALUES ('invitation.mail', 'inv_' || lpad(currval('ids')::text, 32, '0'),
    '{"account_id":"acc_","generation":1,"kind":"JOIN","given_name":"Ada","family_name":"Lovelace","language":"en",'
    '"account_name":"Analytical Engines","inviter_name":"Olivia Owner","products":["training"],'
    '"expire_time":1764600000000000,"to":"ada-' || lpad(currval('ids')::text, 36, '0') || '@example.com",'
    '"invitation_id":"inv_' || lpad(currval('ids')::text, 32, '0') || '"}',
    1764000000000000, 1764000000000000, 0);
UPDATE seat_pools SET assigned = assigned + 1
WHERE account_id = 'acc_' || :account AND product = 'training' AND assigned + reserved + 1 <= seats;
COMMIT;
