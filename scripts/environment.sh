#!/bin/sh
# Makes .venv and installs the pinned, hashed dependencies: `environment.sh run` or `environment.sh dev`.
# Uses uv where it is there, else venv and pip. Leaves stamps (.venv/installed, .venv/installed-dev) for make.
set -eu
cd "$(dirname "$0")/.."

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for name in ${PYTHON3:-} python3 python3.13 python3.12 python3.11 python3.14 python; do
        if is_new_enough "$name"; then
            echo "$name"
            return
        fi
    done
    echo "Gatehouse needs Python 3.11 or newer on PATH (Debian 12: apt-get install python3 python3-venv)." >&2
    return 1
}

has_uv() {
    uv --version >/dev/null 2>&1
}

make_environment() {
    python=$(find_python)
    echo "Making .venv with $("$python" --version)…" >&2
    if has_uv; then
        uv venv --quiet --clear --python "$python" .venv
    elif ! "$python" -m venv --clear .venv; then
        echo "Python's venv module is missing (Debian: apt-get install python3-venv), or install uv." >&2
        return 1
    fi
}

install() {
    echo "Installing $1…" >&2
    if has_uv; then
        uv pip sync --quiet --python .venv/bin/python --require-hashes --compile-bytecode "$1"
    else
        # An environment that uv made has no pip.
        .venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip >/dev/null
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$1"
    fi
}

is_new_enough .venv/bin/python || make_environment
# Once a developer's, always a developer's: syncing the smaller list would remove the tools.
if [ "${1:-run}" = dev ] || [ -e .venv/installed-dev ]; then
    install requirements-dev.txt
    touch .venv/installed-dev
else
    install requirements.txt
fi
touch .venv/installed
