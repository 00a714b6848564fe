"""The inside: the process in which a student's code runs.

Theory of operation. `__main__` is started once per submission by `grader.sandbox` and
becomes the *warm parent*: it imports NumPy and then only forks. It never runs a line of the
student's. Each fork is a *worker*: it limits itself, then answers requests over one socket, frame
by frame (`wire`): run a cell, get a name, call a function (`world`). It holds inputs and student
code and nothing else.

Imports here are NumPy and the standard library only, so that no code of ours but this package ever
stands in the student's process.
"""
