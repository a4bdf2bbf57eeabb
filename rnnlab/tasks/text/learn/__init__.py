"""What a writer learns, and how it is trained."""
