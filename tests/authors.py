"""A small author for the tests of writers: sentences drawn from a grammar, so that nobody's text is needed."""

import numpy as np

SUBJECTS = ("the old king", "a grey cat", "my brother", "no one", "the tired clerk")
VERBS = ("saw", "forgot", "followed", "sold", "painted")
OBJECTS = ("the river", "a red door", "his own name", "the last train", "an empty house")


def story(characters: int = 20_000, seed: int = 1) -> str:
    """So many characters of paragraphs, each headed by a speaker's name."""
    random = np.random.default_rng(seed)
    parts: list[str] = []
    length = 0
    while length < characters:
        lines = [
            f"{random.choice(SUBJECTS)} {random.choice(VERBS)} {random.choice(OBJECTS)}.".capitalize()
            for _ in range(random.integers(1, 4))
        ]
        part = f"{random.choice(['ANNA', 'BORIS', 'CARLA'])}:\n" + "\n".join(lines) + "\n\n"
        parts.append(part)
        length += len(part)
    return "".join(parts)[:characters]
