SELECT nextval('ids') AS n \gset
\set account :n % :accounts + 1
BEGIN;
UPDATE invitations SET state = 'ACCEPTED', answer_time = 1764000000000000, seat_version = seat_version + 1
WHERE id = 'inv_' || lpad((:n)::text, 32, '0') AND state = 'PENDING';
UPDATE users SET state = 'ACTIVE', revision = revision + 1, update_time = 1764000000000000, password_hash =
    '$argon2id$v=19$m=8,t=1,p=1$c29tZSBzYWx0IG9yIG90aGVy$aGFzaCBvZiBub3RoaW5nIGluIHBhcnRpY3VsYXIsIHJlYWxseQ'
WHERE id = 'usr_' || lpad((:n)::text, 32, '0') AND state = 'INVITED';
INSERT INTO sessions (id, user_id, account_id, refresh_hash, create_time, expire_time)
VALUES ('ses_' || lpad((:n)::text, 32, '0'), 'usr_' || lpad((:n)::text, 32, '0'), 'acc_' || :account,
    lpad((:n)::text, 64, '0'), 1764000000000000, 1766600000000000);
UPDATE audit_heads SET sequence = sequence + 1, hash = lpad((:n)::text, 64, '0')
WHERE account_id = 'acc_' || :account RETURNING sequence \gset
INSERT INTO audit_events (account_id, sequence, id, actor_id, on_behalf_of, action, subject_id, before, after, outcome,
    request_id, source, create_time, hash)
VALUES ('acc_' || :account, :sequence, 'evt_' || lpad((:n)::text, 32, '0'),
    'usr_' || lpad((:n)::text, 32, '0'), '', 'invitation.accept', 'inv_' || lpad((:n)::text, 32, '0'),
    '{"state":"PENDING"}', '{"state":"ACCEPTED","user_id":"usr_' || lpad((:n)::text, 32, '0') || '"}', 'DONE', '',
    '127.0.0.1', 1764000000000000, lpad((:n)::text, 64, '0'));
COMMIT;
