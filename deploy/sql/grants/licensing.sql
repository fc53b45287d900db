-- What licensing may do in its database.

\set service licensing
\set removes 'outbox, reservations, seat_holders'
\ir service.sql
