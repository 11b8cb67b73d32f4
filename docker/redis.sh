#!/bin/sh
# A private Redis for the workers: redis.sh serve | health
# It only wakes workers, so nothing is kept on disk; it may never evict a message.
set -eu
: "${REDIS_PORT:=6379}"
: "${REDIS_RUN:=/run/redis}"
case ${REDIS_PASSWORD:-} in
    '' | change-me* | *[!A-Za-z0-9_-]*)
        echo "ERROR: REDIS_PASSWORD needs letters, digits, - and _: see config/redis.env.example" >&2
        exit 78 ;;
esac
case ${1:-} in
    serve)
        umask 077
        mkdir -p "$REDIS_RUN"
        # no command line shows the password
        {
            echo "user default off"
            echo "user marketing on >$REDIS_PASSWORD ~* &* +@all -@admin -@dangerous +info"
        } >"$REDIS_RUN/users.acl"
        exec redis-server --port "$REDIS_PORT" --bind "${REDIS_BIND:-0.0.0.0}" --protected-mode no \
            --aclfile "$REDIS_RUN/users.acl" --save "" --appendonly no --dir "$REDIS_RUN" \
            --maxmemory "${REDIS_MAXMEMORY:-256mb}" --maxmemory-policy noeviction
        ;;
    health)
        REDISCLI_AUTH=$REDIS_PASSWORD redis-cli -p "$REDIS_PORT" --user marketing \
            --no-auth-warning ping | grep -q PONG
        ;;
    *)
        echo "ERROR: redis.sh serve | health" >&2
        exit 78 ;;
esac
