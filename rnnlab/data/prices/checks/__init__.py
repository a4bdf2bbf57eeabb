"""What may be wrong with a series, and what is mended."""
