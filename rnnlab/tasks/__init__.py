"""What can be learnt: one module or folder a task; independent of pages, commands or the Hub."""
