"""The parts of a command line that every task uses; names no task."""
