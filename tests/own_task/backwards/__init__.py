"""The task "backwards": saying a word backwards, trained on a list of words; the smallest column there is."""
