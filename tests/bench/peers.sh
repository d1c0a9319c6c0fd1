#!/bin/bash
# Debian's rspamd and redis-server, unpacked (not installed) into build/bench/peers and run on private loopback ports.
#
#   peers.sh fetch                 download and unpack, build the name server (idempotent)
#   peers.sh start [VARIANT...]    start name server, redis and one rspamd per variant; waits until they really scan
#   peers.sh env                   NAME=VALUE lines: ports and process ids of what runs
#   peers.sh stop                  stop all of it
#
# Variants: default  Debian's configuration with redis, as on a machine where redis-server came along: Bayes on, nothing
#                    learned yet; every DNS query is answered by a local name server (NXDOMAIN); greylisting off
#           taught   the same, Bayes taught 250 spam and 250 ham, so that it classifies
#           lean     the same as default with its DNS checks and Bayes switched off
# WINNOW_BENCH_DIR overrides build/bench. RSPAMD_WORKERS sets the number of scanning workers (Debian's default otherwise).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bench=${WINNOW_BENCH_DIR:-$(cd "$here/../.." && pwd)/build/bench}
peers=$bench/peers
tree=$peers/tree
run=$peers/run
share=$tree/usr/share/rspamd
libraries=$tree/usr/lib/rspamd:$tree/usr/lib/x86_64-linux-gnu:$tree/usr/lib/$(uname -m)-linux-gnu

# Unpacked always; the second list only where the machine lacks the package.
packages=(rspamd libhyperscan5 redis-server redis-tools)
libraries_needed=(libatomic1 libglib2.0-0 libicu72 libjemalloc2 liblzf1 libluajit-5.1-2 libluajit-5.1-common
    libpcre2-8-0 libsodium23 libsqlite3-0 libsystemd0 libunwind8)
declare -A redis_database=([default]=0 [taught]=1 [lean]=2)
dns_modules=(rbl spf dkim dmarc arc asn hfilter mx_check)

say() { echo "peers: $*" >&2; }
die() { say "$*"; exit 1; }

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

missing_libraries() { # PROGRAM
    LD_LIBRARY_PATH=$libraries ldd "$1" | awk '/not found/ { print $1 }' | sort -u | tr '\n' ' '
}

fetch_packages() {
    local wanted=("${packages[@]}") name
    for name in "${libraries_needed[@]}"; do
        is_installed "$name" || wanted+=("$name")
    done
    mkdir -p "$peers/debs"
    rm -rf "$peers/tree.new"
    mkdir "$peers/tree.new"
    rm -f "$peers/debs/"*.deb
    say "downloading ${wanted[*]}"
    (cd "$peers/debs" && apt-get -q -o DPkg::Lock::Timeout=300 -o APT::Sandbox::User=root download "${wanted[@]}") \
        >"$peers/download.log" 2>&1 || { cat "$peers/download.log" >&2; die "apt-get download failed (apt-get update?)"; }
    for name in "$peers/debs/"*.deb; do
        dpkg -x "$name" "$peers/tree.new"
    done
    rm -rf "$tree"
    mv "$peers/tree.new" "$tree"
}

cmd_fetch() {
    mkdir -p "$peers"
    if [ ! -x "$tree/usr/bin/rspamd" ] || [ ! -x "$tree/usr/bin/redis-server" ]; then
        fetch_packages
    fi
    local program missing
    for program in rspamd redis-server; do
        missing=$(missing_libraries "$tree/usr/bin/$program")
        [ -z "$missing" ] || die "$program lacks $missing"
    done
    if [ ! -x "$peers/nxdomain" ] || [ "$here/nxdomain.c" -nt "$peers/nxdomain" ]; then
        "${CC:-cc}" -std=gnu11 -O2 "$here/nxdomain.c" -o "$peers/nxdomain"
    fi
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# rspamd gives up root when told a user; that user must be able to reach its files.
user_options() {
    [ "$(id -u)" -eq 0 ] || return 0
    if setpriv --reuid nobody --regid nogroup --clear-groups test -x "$peers" 2>/dev/null; then
        echo "-u nobody -g nogroup"
    else
        echo "-i"
    fi
}

# Starts CMD in a session of its own, with the process id in $run/NAME.pid.
spawn() { # NAME LOGFILE CMD...
    local name=$1 log=$2
    shift 2
    # shellcheck disable=SC2016 # the inner shell expands it
    setsid bash -c 'echo $$ >"$0"; exec "$@"' "$run/$name.pid" "$@" >"$log" 2>&1 </dev/null &
    disown
    wait_until 5 "$name to start" test -s "$run/$name.pid"
}

wait_until() { # SECONDS WHAT CMD...
    local seconds=$1 what=$2 deadline=$((SECONDS + $1))
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $deadline ] || { say "no sign of $what after $seconds s"; return 1; }
        sleep 0.1
    done
}

start_name_server() {
    spawn dns "$run/dns.log" "$peers/nxdomain"
    wait_until 5 "the name server" test -s "$run/dns.log"
    dns_port=$(head -n 1 "$run/dns.log")
}

redis_cli() { LD_LIBRARY_PATH=$libraries "$tree/usr/bin/redis-cli" -h 127.0.0.1 -p "$redis_port" "$@"; }

start_redis() {
    redis_port=$(free_port)
    mkdir -p "$peers/redis"
    spawn redis "$run/redis.log" env LD_LIBRARY_PATH="$libraries" "$tree/usr/bin/redis-server" \
        --bind 127.0.0.1 --port "$redis_port" --dir "$peers/redis" --save "" --daemonize no
    wait_until 10 redis redis_answers || die "$(tail -n 5 "$run/redis.log")"
}

redis_answers() { [ "$(redis_cli ping)" = PONG ]; }

write_configuration() { # VARIANT FOLDER
    local variant=$1 conf=$2/conf module
    cp -a "$tree/etc/rspamd" "$conf"
    # Its only files that are looked for in the installed place whatever the variables say.
    echo "lang_detection { languages = \"$share/languages\"; }" >>"$conf/rspamd.conf"
    echo "dns { nameserver = [\"127.0.0.1:$dns_port\"]; }" >"$conf/local.d/options.inc"
    echo "bind_socket = \"127.0.0.1:$scan_port\";" >"$conf/local.d/worker-normal.inc"
    [ -z "${RSPAMD_WORKERS:-}" ] || echo "count = $RSPAMD_WORKERS;" >>"$conf/local.d/worker-normal.inc"
    echo "bind_socket = \"127.0.0.1:$control_port\";" >"$conf/local.d/worker-controller.inc"
    echo "bind_socket = \"127.0.0.1:$proxy_port\";" >"$conf/local.d/worker-proxy.inc"
    echo "servers = \"127.0.0.1:$redis_port\"; db = \"${redis_database[$variant]}\";" >"$conf/local.d/redis.conf"
    # Greylisting answers a message it has seen before from memory: a corpus sent twice would not be scanned.
    echo "enabled = false;" >"$conf/local.d/greylist.conf"
    [ "$variant" = lean ] || return 0
    for module in "${dns_modules[@]}"; do
        echo "enabled = false;" >"$conf/override.d/$module.conf"
    done
    # No key switches the classifier off; a file without one does.
    : >"$conf/statistic.conf"
}

# Logged when the compiled patterns have replaced the slow ones: by the main process before it forks where they were
# kept from an earlier run, else by the scanning workers.
patterns_loaded() { # FOLDER
    grep -q '#[0-9]*(\(main\|normal\)).*full hyperscan database of [0-9]* regexps has been loaded' "$1/log/rspamd.log"
}

port_answers() { # PORT
    python3 - "$1" <<'PY'
import sys, urllib.request
sys.exit(urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/ping", timeout=2).read() != b"pong\r\n")
PY
}

start_rspamd() { # VARIANT
    local variant=$1 folder=$run/rspamd-$1 options
    scan_port=$(free_port) control_port=$(free_port) proxy_port=$(free_port)
    mkdir -p "$folder/run" "$folder/log" "$peers/db-$variant"
    write_configuration "$variant" "$folder"
    options=$(user_options)
    case $options in *nobody*) chown -R nobody:nogroup "$folder" "$peers/db-$variant" ;; esac
    # shellcheck disable=SC2086 # options is a list of words
    spawn "rspamd-$variant" "$folder/stderr.log" env LD_LIBRARY_PATH="$libraries" "$tree/usr/bin/rspamd" \
        --var=CONFDIR="$folder/conf" --var=LOCAL_CONFDIR="$folder/conf" --var=RULESDIR="$share/rules" \
        --var=PLUGINSDIR="$share/plugins" --var=LUALIBDIR="$share/lualib" --var=SHAREDIR="$share" \
        --var=WWWDIR="$share/www" --var=RUNDIR="$folder/run" --var=DBDIR="$peers/db-$variant" \
        --var=LOGDIR="$folder/log" -c "$folder/conf/rspamd.conf" -f $options
    if ! wait_until 60 "rspamd ($variant)" port_answers "$scan_port" ||
        ! wait_until 180 "its compiled patterns" patterns_loaded "$folder"; then
        tail -n 20 "$folder/stderr.log" "$folder/log/rspamd.log" >&2 || true
        die "rspamd ($variant) did not come up"
    fi
    {
        echo "rspamd_${variant}_pid=$(cat "$run/rspamd-$variant.pid")"
        echo "rspamd_${variant}_port=$scan_port"
        echo "rspamd_${variant}_control=$control_port"
    } >>"$run/env"
    say "rspamd ($variant) scans on port $scan_port"
}

# Bayes stays silent below 200 learned messages of each kind; only a taught one costs what it costs in service.
teach_bayes() { # CONTROL-PORT
    local corpus
    corpus=$("$here/fetch-corpora.sh")
    python3 "$here/teach_bayes.py" "$1" "$corpus" >&2
}

cmd_start() {
    local variants=("$@") variant
    [ ${#variants[@]} -gt 0 ] || variants=(default)
    for variant in "${variants[@]}"; do
        [ -n "${redis_database[$variant]:-}" ] || die "unknown variant $variant"
    done
    cmd_stop
    cmd_fetch
    rm -rf "$run"
    mkdir -p "$run"
    trap cmd_stop EXIT
    start_name_server
    start_redis
    { echo "dns_pid=$(cat "$run/dns.pid")"; echo "dns_port=$dns_port"; echo "redis_pid=$(cat "$run/redis.pid")"; } >"$run/env"
    for variant in "${variants[@]}"; do
        start_rspamd "$variant"
        [ "$variant" != taught ] || teach_bayes "$control_port"
    done
    trap - EXIT
}

# Ends the process of a pid file and its children, if it still is the one that was started here.
stop_one() { # NAME
    local pid tries=0
    pid=$(cat "$run/$1.pid" 2>/dev/null) || return 0
    rm -f "$run/$1.pid"
    case $(readlink "/proc/$pid/exe" 2>/dev/null || true) in "$peers"/*) ;; *) return 0 ;; esac
    kill -TERM "$pid" 2>/dev/null || return 0
    while kill -0 "$pid" 2>/dev/null && [ $tries -lt 100 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    kill -KILL -- "-$pid" 2>/dev/null || true
}

cmd_stop() {
    local pidfile
    for pidfile in "$run"/rspamd-*.pid; do
        [ -e "$pidfile" ] && stop_one "$(basename "$pidfile" .pid)"
    done
    stop_one redis
    stop_one dns
    rm -f "$run/env"
}

case ${1:-} in
fetch) cmd_fetch ;;
start) shift; cmd_start "$@" ;;
stop) cmd_stop ;;
env) cat "$run/env" ;;
*) sed -n '2,15s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
