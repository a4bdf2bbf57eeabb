"""What every task's service needs: one training run, open checkpoints, callers, uploads, jobs; names no task."""
