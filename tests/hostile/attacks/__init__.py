"""What hostile submissions try, by family: tables of a sentence and an `Attack`."""
