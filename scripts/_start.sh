# Sourced by every command: finds a Python and hands over to scripts/runtime.
set -eu
MM_SCRIPTS=$(cd "$(dirname "$0")" && pwd)
MM_NEEDED="python3 python3-venv"
mm_python() {
    command -v python3 >/dev/null 2>&1 &&
        python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}
if ! mm_python; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "» Installing Python from the machine's Debian mirror …"
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends $MM_NEEDED >/dev/null
    else
        echo "ERROR: Python 3.11 or newer with venv is needed. As root, run:" >&2
        echo "  apt-get update && apt-get install -y $MM_NEEDED" >&2
        exit 1
    fi
fi
mm_run() {
    module=$1
    shift
    PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$MM_SCRIPTS" exec python3 -c \
        'import sys; from importlib import import_module
from runtime.report import main_guard
main_guard(import_module("runtime." + sys.argv.pop(1)).main)' "$module" "$@"
}
