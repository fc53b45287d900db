-- What every service may do in its database: read all of it, add and change rows, and remove rows of some tables. It can
-- neither change the schema nor empty a table. Included by the file of each service, which says whose grants these are
-- (`service`) and which tables it removes rows of (`removes`).
--
-- Run by the migrator after every migration, as a whole, since a new table is the migrator's alone at first:
--
--   psql -X -v ON_ERROR_STOP=1 --single-transaction -f identity.sql "$MIGRATOR_URL"

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM :"service";
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO :"service";
GRANT DELETE ON :removes TO :"service";

REVOKE INSERT, UPDATE ON seaql_migrations FROM :"service";

-- What a message says is never changed: the relay claims it, postpones it, sets it aside and removes it.
REVOKE UPDATE ON outbox FROM :"service";
GRANT UPDATE (owner, next_attempt_time, attempts, last_error, park_time) ON outbox TO :"service";
