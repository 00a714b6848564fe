"""``python -I -m grader FILE`` is ``grade FILE``."""

from grader.cli import run

run()
