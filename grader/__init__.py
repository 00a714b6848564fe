"""gradelab: from a submission to a report."""
