"""Machine-readable outside, readable inside: reports made from a Result."""
