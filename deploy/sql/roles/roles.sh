#!/bin/sh
# Makes each service's database when the server is new: PostgreSQL's image runs this then, with the passwords of `postgres.env`.
set -eu

make() {
  psql -X -v ON_ERROR_STOP=1 --username postgres -v service="$1" -v password="$2" -v migrator_password="$3" \
    --file /docker-entrypoint-initdb.d/sql/roles.sql
}

make identity "$IDENTITY_PASSWORD" "$IDENTITY_MIGRATOR_PASSWORD"
make licensing "$LICENSING_PASSWORD" "$LICENSING_MIGRATOR_PASSWORD"
make billing "$BILLING_PASSWORD" "$BILLING_MIGRATOR_PASSWORD"
make notification "$NOTIFICATION_PASSWORD" "$NOTIFICATION_MIGRATOR_PASSWORD"
