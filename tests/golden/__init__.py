"""The contract of rnnlab, recorded by the code of 2026-11-26: what must not move while modules do.

What others may rely on: the page's endpoints and links, the commands' flags and JSON, config.json, the model card's
front matter, and checkpoints that were made before. `recorded/` holds it as JSON, one file a contract; `fixtures/`
holds data and checkpoints made by that code, two of them stopped midway. All of it stays as it is: a test that fails
here tells of a broken promise and is never mended by recording anew.

More may be added at any time: everything recorded must still be there, of the same type and default; what is new is no
fault. Only when a contract is extended on purpose, its file is recorded anew (`python -m tests.golden.record NAME …`),
and the difference may then show additions alone.

Everything is observed from outside: by the command line, by `rnnlab.load`, by HTTP and a browser on the running page,
and by reading files. No module here imports anything else of rnnlab, so that all of it may be moved and renamed.
"""
