#!/bin/sh
# Make the environment $2 from $3 (default: requirements.txt), with $1 or the first other Python >= 3.11 on the PATH.
set -eu
wanted=$1
venv=$2
requirements=${3:-requirements.txt}

suits() { command -v "$1" >/dev/null 2>&1 && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

if ! { [ -x "$venv/bin/python" ] && suits "$venv/bin/python"; }; then
    python=
    for candidate in "$wanted" python3.13 python3.12 python3.11 python3.14 python3 python; do
        if suits "$candidate"; then python=$candidate; break; fi
    done
    if [ -z "$python" ]; then
        echo "lifcourse needs Python 3.11 or newer, and '$wanted' is not one. Install it, or name it: make PYTHON=/path/to/python3.11 book" >&2
        exit 1
    fi
    echo "Making $venv with $("$python" --version)"
    rm -rf "$venv"
    if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        "$python" -m venv "$venv"
    elif "$python" -m pip --version >/dev/null 2>&1 && "$python" -c 'import venv' 2>/dev/null; then
        # Debian keeps ensurepip in a package of its own.
        "$python" -m venv --without-pip "$venv"
        "$python" -m pip --python "$venv/bin/python" install --quiet pip
    else
        echo "This Python cannot make virtual environments. On Debian or Ubuntu: apt-get install python3-venv" >&2
        exit 1
    fi
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --upgrade "pip>=24"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements"
