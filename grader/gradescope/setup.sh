#!/usr/bin/env bash
# Runs once, as root, when Gradescope builds the image: installs gradelab, and closes the course to
# everybody but the grader.
set -euo pipefail
here=${AUTOGRADER:-/autograder}
source=$here/source
group=61002 # who may read the course; run_autograder says who is in it

# Gradescope's own programs need the system's python3, so that is left alone. Ubuntu 22.04 has
# Python 3.10; what is asked for comes from its own packages or from those of deadsnakes.
python=
for version in 3.14 3.13 3.12 3.11; do
  if "python$version" -c 'import ensurepip, venv' 2>/dev/null; then
    python=python$version
    break
  fi
done
if [ -z "$python" ]; then
  python=python3.12
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  if ! apt-get install -y -qq "$python" "$python-venv"; then
    apt-get install -y -qq software-properties-common
    add-apt-repository -y ppa:deadsnakes/ppa
    apt-get install -y -qq "$python" "$python-venv"
  fi
fi

"$python" -m venv "$here/venv"
venv_python=$here/venv/bin/python
"$venv_python" -I -m pip install --quiet --disable-pip-version-check -r "$source/requirements.txt"
packages=$("$venv_python" -I -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
cp -R "$source/gradelab/." "$packages"
"$venv_python" -I -m compileall -q "$packages/grader" "$packages/reference"
install -m 755 "$source/student-python" "$here/venv/bin/student-python"

# The submission needs the worker of all this, and nothing else.
for folder in "$source" "$packages/grader" "$packages/reference"; do
  chown -R "0:$group" "$folder"
  chmod -R u=rwX,g=rX,o= "$folder"
done
chmod o=x "$packages/grader"
chmod -R o=rX "$packages/grader/worker"
