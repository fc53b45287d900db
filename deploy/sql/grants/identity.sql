-- What identity may do in its database.

\set service identity
\set removes 'creations, groups, import_blocks, import_chunks, import_failures, imports, invitations, outbox, password_resets, requests, roles, sessions, settings_templates, sign_ups, users, welcome_email_versions, welcome_emails'
\ir service.sql

-- The audit log only grows.
REVOKE UPDATE ON audit_events FROM :"service";
