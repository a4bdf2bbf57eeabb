"""The errors a person can cause; independent of what causes them.

RnnlabError                 anything a person can cause; its message is one sentence to show as it is
├── DataError               a price file, a text or a data set that cannot be used as it is
├── CheckpointError         a checkpoint folder that is missing, damaged, foreign or from another version
└── HubError                the Hugging Face Hub refused, failed or could not be reached
"""


class RnnlabError(Exception):
    """Something a person can cause and mend; the message is one sentence that names the value and the remedy."""


class DataError(RnnlabError):
    """A price file, a text or a data set cannot be used as it is."""


class CheckpointError(RnnlabError):
    """A checkpoint folder is missing, damaged, foreign or from another version."""


class HubError(RnnlabError):
    """The Hugging Face Hub refused, failed or could not be reached."""
