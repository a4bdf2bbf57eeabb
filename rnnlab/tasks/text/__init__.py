"""Writing text in an author's style: learning from streams of ids, scoring what was held out, generating."""
