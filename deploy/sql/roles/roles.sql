-- One service's database and its two roles: the migrator owns it, the service works in it. Run by an administrator, once
-- for each service, before the first migration; running it again changes the passwords only:
--
--   psql -X -v ON_ERROR_STOP=1 -v service=identity -v password=… -v migrator_password=… -f roles.sql
--
-- The role `identity` belongs into the service's database URL, `identity_migrator` into that of `usher migrate`.

\set migrator :service _migrator

SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY[:'service', :'migrator']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

ALTER ROLE :"service" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'password';
ALTER ROLE :"migrator" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'migrator_password';

SELECT format('CREATE DATABASE %I', :'service')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'service') \gexec

ALTER DATABASE :"service" OWNER TO :"migrator";
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"service" TO :"service";

\connect :service
ALTER SCHEMA public OWNER TO :"migrator";
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO :"service";
