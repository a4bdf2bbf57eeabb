"""The bundled figures and checkpoints, installed as `rnnlab.bundled`; independent of the library's code."""
