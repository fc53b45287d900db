-- What notification may do in its database.

\set service notification
\set removes 'outbox'
\ir service.sql
