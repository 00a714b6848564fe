"""The outside of the worker: starts it, limits it, talks to it, and trusts nothing it says.

`process` holds the processes, `wire` the frames and values, `limits` the numbers.
"""
