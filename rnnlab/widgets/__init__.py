"""The parts of a page that every task uses; names no task."""
