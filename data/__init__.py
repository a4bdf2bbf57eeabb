"""The bundled figures and checkpoints, installed as `rnnlab.bundled`; knows no code of the library."""
