-- What billing may do in its database.

\set service billing
\set removes 'intents, outbox, requests'
\ir service.sql

-- What a payment provider has told stays as it was told.
REVOKE UPDATE ON payment_events FROM :"service";
