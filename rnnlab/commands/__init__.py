"""The commands, a module a task: their flags come from the options of the settings, their answers from the service."""
