"""Neural networks in NumPy as a textbook would write them, and the worked solution."""
