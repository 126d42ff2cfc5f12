"""Problem -> candidates: what is asked, in which batches, and what is read from it."""
