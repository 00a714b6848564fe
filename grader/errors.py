"""Mistakes that are not the student's.

::

    GradelabError                 every error that a user of gradelab can meet, worded for that user
    ├── UsageError                the command was called wrongly                            exit 2
    ├── SubmissionError           the submission cannot be read, or belongs to no assignment  exit 2
    ├── AssignmentError           assignment.toml, worked.py or checks.py is wrong          exit 3
    ├── FixtureError              a fixture is missing, damaged, foreign or out of date     exit 3
    └── SandboxError              the worker cannot be started on this machine              exit 3

What a student's code does wrong is never an exception of ours: it is a `grader.results.Failure`.
"""

from __future__ import annotations


class GradelabError(Exception):
    """An error whose text tells a user what was wrong, where, and what to do."""

    exit_code = 3


class UsageError(GradelabError):
    """The command was called with arguments that do not fit together."""

    exit_code = 2


class SubmissionError(GradelabError):
    """The submission cannot be read, or no assignment fits it."""

    exit_code = 2


class AssignmentError(GradelabError):
    """A file of the assignment is wrong: its author has to mend it."""


class FixtureError(GradelabError):
    """A fixture is missing, damaged, foreign, or older than its worked solution."""


class SandboxError(GradelabError):
    """The worker process cannot be started or spoken to on this machine."""
