#!/usr/bin/env bash
# Real services for the tests of this checkout, on loopback, for a Debian 12 machine.
#
#   eval "$(scripts/services.sh up)"      installs what is missing, starts Postgres 15 with pgvector, and Redis 7;
#                                         prints DIWAN_TEST_POSTGRES_URL=… and DIWAN_TEST_REDIS_URL=…
#   scripts/services.sh down              stops what `up` started and drops its data
#   scripts/services.sh squid             installs Squid for the tests of the egress policy, which start their own
#   scripts/services.sh chromium          installs Chromium for the browser tests and prints DIWAN_TEST_CHROMIUM=…
#
# Installing needs root. Everything may be called again; what is there already is kept. Programs, data and process ids
# live in .cache/services.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
home=$root/.cache/services
postgres_home=$home/postgresql-15
pgvector=0.8.0-1

say() { echo "services: $*" >&2; }
fail() { say "$*"; exit 1; }

# ------------------------------------------------------------------ packages

apt_get() { DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" >&2; }

install_packages() {
  local missing=() package denies_daemons=/usr/sbin/policy-rc.d made=
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  [ "$(id -u)" = 0 ] || fail "run this once as root: apt-get install --no-install-recommends ${missing[*]}"
  say "installing ${missing[*]}"
  # Packages would start daemons of their own; ours are separate.
  if [ ! -e $denies_daemons ]; then
    made=1
    printf '#!/bin/sh\nexit 101\n' >$denies_daemons
    chmod +x $denies_daemons
  fi
  apt_get install --no-install-recommends "${missing[@]}" 2>/dev/null ||
    { apt_get update && apt_get install --no-install-recommends "${missing[@]}"; } ||
    { [ -z "$made" ] || rm -f $denies_daemons; fail "apt-get could not install ${missing[*]}; its messages are above"; }
  [ -z "$made" ] || rm -f $denies_daemons
}

# Debian 12 has no pgvector for its Postgres. Its next release has the source, which is compiled here against a copy of the
# server's files, so the machine's own Postgres stays as it was. The headers are unpacked and not installed: their package
# would bring a whole compiler suite.
build_postgres() {
  [ -e "$postgres_home/complete" ] && return
  install_packages postgresql-15 gcc make libc6-dev
  say "compiling pgvector (once)"
  local work=$home/build
  rm -rf "$postgres_home" "$work"
  mkdir -p "$postgres_home/usr/lib/postgresql" "$postgres_home/usr/share/postgresql" "$work"
  cp -a /usr/lib/postgresql/15 "$postgres_home/usr/lib/postgresql/"
  cp -a /usr/share/postgresql/15 "$postgres_home/usr/share/postgresql/"
  (
    cd "$work"
    fetch_debs postgresql-server-dev-15 libpq-dev
    for deb in ./*.deb; do dpkg -x "$deb" "$postgres_home"; done
    fetch_pgvector_source
    tar -xf pgvector_*.orig.tar.gz
    cd pgvector-*/
    local settings=(with_llvm=no OPTFLAGS= PG_CONFIG="$postgres_home/usr/lib/postgresql/15/bin/pg_config")
    make -s "${settings[@]}" >&2
    make -s "${settings[@]}" install >&2
  )
  rm -rf "$work"
  touch "$postgres_home/complete"
}

fetch_debs() {
  apt-get -qq download -o APT::Sandbox::User=root "$@" >&2 2>/dev/null ||
    { apt_get update && apt-get -qq download -o APT::Sandbox::User=root "$@" >&2; }
}

fetch_pgvector_source() {
  local lists=$home/apt mirror
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' 'Codename: bookworm' | head -n 1)
  [ -n "$mirror" ] || fail "apt knows no Debian 12 mirror; add one to /etc/apt/sources.list"
  mkdir -p "$lists/partial"
  echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$home/trixie.list"
  local only_that=(-qq -o Dir::Etc::sourcelist="$home/trixie.list" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$lists"
    -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root)
  apt-get "${only_that[@]}" update >&2
  apt-get "${only_that[@]}" source --download-only "pgvector=$pgvector" >&2
}

# ------------------------------------------------------------------ processes

# The start time tells a process from a later one with the same id.
started_at() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }

runs() {
  local pid at
  [ -f "$home/$1.pid" ] && read -r pid at <"$home/$1.pid" && [ -n "$at" ] && [ "$(started_at "$pid")" = "$at" ]
}

start() {
  local name=$1 pid
  shift
  setsid "$@" >"$home/$name.log" 2>&1 </dev/null 8>&- &
  pid=$!
  sleep 0.1
  echo "$pid $(started_at "$pid")" >"$home/$name.pid"
}

wait_until() {
  local name=$1 tries=0
  shift
  until "$@" >/dev/null 2>&1; do
    runs "$name" || { tail -n 20 "$home/$name.log" >&2; fail "$name ended while starting; its log is above"; }
    tries=$((tries + 1))
    [ $tries -lt 600 ] || fail "$name does not answer after a minute; see $home/$name.log"
    sleep 0.1
  done
}

stop() {
  local name=$1 pid tries=0
  if runs "$name"; then
    read -r pid _ <"$home/$name.pid"
    kill -INT "$pid"
    while runs "$name" && [ $tries -lt 100 ]; do
      sleep 0.1
      tries=$((tries + 1))
    done
    if runs "$name"; then kill -KILL "$pid"; fi
  fi
  rm -rf "$home/$name.pid" "$home/$name.env" "$home/$name.data"
}

free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

# Postgres refuses root. Its own user may not reach a checkout below a closed home folder; a user namespace gives another
# id over the same files, where the machine allows one.
choose_user() {
  as_user=()
  [ "$(id -u)" = 0 ] || return 0
  as_user=(setpriv --reuid=postgres --regid=postgres --clear-groups)
  "${as_user[@]}" test -x "$postgres_home/usr/lib/postgresql/15/bin/postgres" 2>/dev/null && return
  as_user=(unshare -U --map-user=65534 --map-group=65534)
  "${as_user[@]}" true 2>/dev/null || fail "the user postgres cannot reach $home: put the checkout where others may read"
}

up_postgres() {
  runs postgres && { cat "$home/postgres.env"; return; }
  build_postgres
  stop postgres
  choose_user
  local bin=$postgres_home/usr/lib/postgresql/15/bin data=$home/postgres.data password port
  port=$(free_port)
  password=$(node -p 'require("crypto").randomBytes(12).toString("hex")')
  mkdir -p "$data"
  printf '%s' "$password" >"$data.password"
  [ "${as_user[0]:-}" != setpriv ] || chown postgres:postgres "$data" "$data.password"
  "${as_user[@]}" "$bin/initdb" -D "$data/cluster" -U diwan --pwfile="$data.password" -A scram-sha-256 -E UTF8 \
    --locale=C.UTF-8 --no-sync >"$home/postgres-initdb.log" 2>&1 || { cat "$home/postgres-initdb.log" >&2; exit 1; }
  rm -f "$data.password"
  # The data is dropped by `down`, so nothing needs to reach the disk.
  start postgres "${as_user[@]}" "$bin/postgres" -D "$data/cluster" -h 127.0.0.1 -p "$port" -k "" -c fsync=off \
    -c full_page_writes=off -c max_connections=200
  wait_until postgres "$bin/pg_isready" -q -h 127.0.0.1 -p "$port"
  echo "DIWAN_TEST_POSTGRES_URL=postgres://diwan:$password@127.0.0.1:$port/postgres" >"$home/postgres.env"
  cat "$home/postgres.env"
}

up_redis() {
  runs redis && { cat "$home/redis.env"; return; }
  install_packages redis-server
  stop redis
  local port password
  port=$(free_port)
  password=$(node -p 'require("crypto").randomBytes(12).toString("hex")')
  start redis redis-server --bind 127.0.0.1 --port "$port" --requirepass "$password" --save "" \
    --maxmemory-policy noeviction
  wait_until redis env REDISCLI_AUTH="$password" redis-cli -h 127.0.0.1 -p "$port" ping
  echo "DIWAN_TEST_REDIS_URL=redis://:$password@127.0.0.1:$port" >"$home/redis.env"
  cat "$home/redis.env"
}

up_chromium() {
  install_packages chromium
  echo "DIWAN_TEST_CHROMIUM=$(command -v chromium)"
}

# ------------------------------------------------------------------ command line

mkdir -p "$home"
exec 8>"$home/lock"
flock 8
case ${1:-} in
  up)
    # Suites start these themselves.
    install_packages pgbouncer squid
    up_postgres
    up_redis
    ;;
  down)
    stop postgres
    stop redis
    ;;
  squid) install_packages squid ;;
  chromium) up_chromium ;;
  *)
    sed -n '2,/^set -/{/^set -/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
esac
