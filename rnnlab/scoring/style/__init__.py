"""How near a text is to an author in words, phrases, sentences, paragraphs and flair, in plain figures."""
