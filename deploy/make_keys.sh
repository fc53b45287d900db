#!/bin/sh
# Makes the keys and passwords of a new installation: one file of variables for each service, for its migrations and for the
# database server, as Kubernetes' Secrets and Compose read them; `operator.toml` for whoever makes accounts; and `certs/`,
# certificates for a year, for where nothing else issues them.
#
#   make_keys.sh FOLDER
#
# POSTGRES (host:port), REDIS_URL and MAIL_URL name the stores and the mail server; USHER runs the program, and has to see
# FOLDER, such as `docker run --rm --user $(id -u) --volume $PWD:$PWD usher:0.1.0`. What is in FOLDER is secret, and losing
# it is losing the links and sessions that are out.
set -eu

folder=${1:?the folder to make}
: "${USHER:=usher}" "${POSTGRES:=postgres:5432}" "${REDIS_URL:=redis://redis:6379/0}" "${MAIL_URL:=smtp://mailpit:1025}"

umask 077
mkdir "$folder"
cd "$folder"

upper() {
  printf %s "$1" | tr '[:lower:]' '[:upper:]'
}

# Appends to the file of $1 the variable $2 of the service's configuration.
say() {
  printf 'USHER_%s__%s=%s\n' "$(upper "$1")" "$2" "$3" >>"$1.env"
}

pair() {
  made=$($USHER keygen)
  key=$(printf '%s\n' "$made" | sed -n 's/^key = "\(.*\)"$/\1/p')
  public_key=$(printf '%s\n' "$made" | sed -n 's/^public_key = "\(.*\)"$/\1/p')
}

password() {
  od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

# Gives $1 a key, and says to those that it calls, the rest, that they may believe it.
introduce() {
  pair
  name=$(upper "$1")
  if [ "$1" = operator ]; then
    cat >operator.toml <<END
gateway = "https://127.0.0.1:50051"
identity = "https://127.0.0.1:50052"

[callers]
key = "$key"

[clients.tls]
certificate = "$PWD/certs/operator/tls.crt"
key = "$PWD/certs/operator/tls.key"
ca = "$PWD/certs/operator/ca.crt"
END
  else
    say "$1" CALLERS__KEY "$key"
  fi
  shift
  for called in "$@"; do
    say "$called" "CALLERS__TRUSTED__$name" "$public_key"
  done
}

database() {
  name=$(upper "$1")
  own=$(password)
  migrator=$(password)
  say "$1" DATABASE__URL "postgres://$1:$own@$POSTGRES/$1"
  printf 'USHER_%s__DATABASE__URL=postgres://%s_migrator:%s@%s/%s\n' "$name" "$1" "$migrator" "$POSTGRES" "$1" >>migration.env
  printf '%s_PASSWORD=%s\n%s_MIGRATOR_PASSWORD=%s\n' "$name" "$own" "$name" "$migrator" >>postgres.env
}

$USHER certs dev --dir "$PWD/certs" --days 365
# Nobody else gets into this folder. In it, Compose's containers read what they are given as users of their own.
chmod -R go+rX certs

introduce gateway identity licensing billing notification
introduce identity licensing billing notification
introduce licensing identity
introduce billing identity licensing
introduce notification identity
introduce operator identity

pair
say identity SESSIONS__ACCESS_KEY "$key"
say gateway ACCESS__PUBLIC_KEY "$public_key"
pair
say identity ADMISSION__GRANT_KEY "$key"
say licensing GRANT_KEY "$key"
pair
say identity LINKS__KEY "$key"
pair
say billing CHANGES__PREVIEW_KEY "$key"

printf 'POSTGRES_PASSWORD=%s\n' "$(password)" >postgres.env
for service in identity licensing billing notification; do
  database "$service"
done
say identity SHARED__REDIS_URL "$REDIS_URL"
say gateway SHARED__REDIS_URL "$REDIS_URL"
say notification MAIL__URL "$MAIL_URL"
