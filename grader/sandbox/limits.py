"""The limits of a run: what each is, its unit, and what happens at the limit."""

from __future__ import annotations

import msgspec


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The ``[limits]`` of assignment.toml.

    Attributes
    ----------
    cell : float
        Wall-clock seconds for one cell. Past it the cell is stopped; the following cells run.
    call : float
        Wall-clock seconds for one call of a student's function. Past it the verdict is `timeout`,
        and the check is not tried on its other cases.
    training : float
        Wall-clock seconds for running all cells. Past it each cell that follows has one second, and
        is stopped then.
    submission : float
        Wall-clock seconds for everything. Past it, what is left is `blocked`.
    memory : int
        Bytes of address space of a worker. Past it an allocation fails (`memory`).
    file : int
        Bytes of one file that the submission writes. Past it a write fails.
    written : int
        Bytes of all files in its folder. Past it the process is ended (`crash`).
    files : int
        How many files there may be in its folder; the same.
    threads : int
        Threads of a process, which may start no other. Past it, it is ended (`crash`).
    output : int
        Characters kept of what one cell or call prints; more are counted and dropped.
    returned : int
        Bytes of arrays in one answer. An array beyond that is described instead of compared.
    """

    cell: float = 20.0
    call: float = 10.0
    training: float = 60.0
    submission: float = 300.0
    memory: int = 2 * 2**30
    file: int = 64 * 2**20
    written: int = 512 * 2**20
    files: int = 10_000
    threads: int = 100
    output: int = 20_000
    returned: int = 64 * 2**20
