"""A writer as files for other programs: its step as ONNX, its vocabulary, readers in Python and JavaScript, a page."""
