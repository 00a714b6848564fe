"""gradelab: from a submission to a report."""

__version__ = "0.1.0"
