"""Price files as people have them, and the series they hold."""
