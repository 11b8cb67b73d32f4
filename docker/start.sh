#!/bin/sh
# Start one part of the suite: start.sh init | update | web | worker [QUEUES] | health PART
# Everything machine-specific is a variable, so it also runs outside a container.
set -eu

: "${MM_HOME:=/opt/marketing}"
: "${MM_RUN:=/run/marketing}"
: "${MM_DATA_DIR:=/var/lib/odoo}"
: "${MM_PYTHON:=/opt/venv/bin/python}"
# The script of the package: `python -m odoo` cannot start several workers.
: "${MM_ODOO:=/usr/bin/odoo}"
: "${MM_ODOO_ADDONS:=/usr/lib/python3/dist-packages/odoo/addons}"
: "${MM_HTTP_PORT:=8069}"
: "${MM_GEVENT_PORT:=8072}"
: "${MM_WORKERS:=4}"
: "${MM_CONCURRENCY:=2}"
: "${MM_INSTALL:=marketing_campaign,marketing_privacy}"
CONF=$MM_RUN/odoo.conf

fail() {
    echo "ERROR: $1" >&2
    exit 78 # EX_CONFIG
}

need() {
    for name in "$@"; do
        eval "value=\${$name:-}"
        [ -n "$value" ] || fail "$name is not set: fill in config/*.env (see config/*.env.example)."
    done
}

need_secret() {
    need "$@"
    for name in "$@"; do
        eval "value=\$$name"
        case $value in
            change-me* | *[!A-Za-z0-9_-]*)
                fail "$name needs a value of your own, of letters, digits, - and _: openssl rand -hex 24" ;;
        esac
        [ "${#value}" -ge 16 ] || fail "$name is too short: openssl rand -hex 24"
    done
}

settings() {
    need MM_DATABASE POSTGRES_HOST POSTGRES_USER REDIS_HOST
    need_secret POSTGRES_PASSWORD REDIS_PASSWORD ODOO_MASTER_PASSWORD
    case $MM_DATABASE in
        *[!A-Za-z0-9_-]* | -*) fail "MM_DATABASE may hold letters, digits, - and _ only." ;;
    esac
    export PGHOST="$POSTGRES_HOST" PGPORT="${POSTGRES_PORT:-5432}"
    export PGUSER="$POSTGRES_USER" PGPASSWORD="$POSTGRES_PASSWORD"
    export MARKETING_BROKER_URL="redis://marketing:$REDIS_PASSWORD@$REDIS_HOST:${REDIS_PORT:-6379}/0"
    export MARKETING_CELERY_CONFIG="$MM_HOME/config/celeryconfig.py"
    # one file a role: tmpfs, readable by this user only
    umask 077
    mkdir -p "$MM_RUN"
    {
        cat "$MM_HOME/docker/odoo.conf"
        # The database named here is the only one that is served: it is the filter. With
        # `dbfilter` every pixel and click would open a connection to list databases.
        printf 'db_name = %s\n' "$MM_DATABASE"
        printf 'admin_passwd = %s\n' "$ODOO_MASTER_PASSWORD"
        printf 'data_dir = %s\n' "$MM_DATA_DIR"
        printf 'addons_path = %s,%s/addons\n' "$MM_ODOO_ADDONS" "$MM_HOME"
    } >"$CONF"
    export ODOO_RC="$CONF"
}

odoo() {
    "$MM_PYTHON" "$MM_ODOO" "$@"
}

init() {
    settings
    need_secret ODOO_ADMIN_PASSWORD
    "$MM_PYTHON" "$MM_HOME/docker/probe.py" wait
    if "$MM_PYTHON" "$MM_HOME/docker/probe.py" database; then
        echo "The database $MM_DATABASE is ready; nothing to initialise."
        return
    fi
    echo "Initialising the database $MM_DATABASE with $MM_INSTALL …"
    odoo -c "$CONF" -d "$MM_DATABASE" -i "$MM_INSTALL" --stop-after-init --no-http --workers=0
    odoo shell -c "$CONF" -d "$MM_DATABASE" --no-http --workers=0 <"$MM_HOME/docker/first_start.py"
    "$MM_PYTHON" "$MM_HOME/docker/probe.py" database ||
        fail "The first start did not finish: see the log above."
}

update() {
    settings
    "$MM_PYTHON" "$MM_HOME/docker/probe.py" wait
    addons=$(for file in "$MM_HOME"/addons/*/__manifest__.py; do basename "${file%/*}"; done | tr '\n' ',')
    odoo -c "$CONF" -d "$MM_DATABASE" -u "${addons%,}" --stop-after-init --no-http --workers=0
}

web() {
    settings
    exec "$MM_PYTHON" "$MM_ODOO" server -c "$CONF" -d "$MM_DATABASE" --workers "$MM_WORKERS" \
        --http-port "$MM_HTTP_PORT" --gevent-port "$MM_GEVENT_PORT"
}

worker() {
    settings
    export MARKETING_HEARTBEAT_FILE="$MM_RUN/heartbeat"
    exec "$MM_PYTHON" "$MM_ODOO" --addons-path="$MM_ODOO_ADDONS,$MM_HOME/addons" \
        marketing_worker -c "$CONF" -d "$MM_DATABASE" \
        --queues "$1" --concurrency "$MM_CONCURRENCY"
}

case ${1:-} in
    init | update | web) "$1" ;;
    worker) worker "${2:-deliver,score}" ;;
    health) exec "$MM_PYTHON" "$MM_HOME/docker/probe.py" "${2:-web}" ;;
    *) fail "Unknown part: ${1:-none}. Choose init, update, web, worker [QUEUES] or health PART." ;;
esac
