"""What can be learnt: one module or folder a task; knows nothing of pages, commands or the Hub."""
