"""The task "backwards": saying a word backwards, learnt from a list of words; the smallest column there is."""
