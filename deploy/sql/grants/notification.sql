-- What notification may do in its database.

\set service notification
\set removes 'cancellations, kept_mails, mails, outbox, suppressions, wordings'
\ir service.sql
