"""Invented authors for the tests of style: made-up words with habits of their own, in several scripts."""

import numpy as np

LETTERS = {
    "latin": ("bcdfglmnprstv", "aeiou"),
    "greek": ("βγδθκλμνπρστφ", "αεηιουω"),
    "russian": ("бвгдзклмнпрст", "аеиоуы"),
}
HAN = "山水人天地日月火木金土大小上下中心手足目口耳门车马鱼鸟花草风云雨雪春夏秋冬东西南北高长白黑红青"


def pages(words: int, author: int = 1, script: str = "latin", seed: int = 1) -> str:
    """So many words of paragraphs by one of the authors, whose favourite words, sentence lengths and commas differ."""
    own, random = np.random.default_rng(author), np.random.default_rng([author, seed])
    known = _words(script)
    weights = 1 / np.arange(1, len(known) + 1)
    weights[:30] = own.permutation(weights[:30])
    drawn = random.choice(known, words, p=weights / weights.sum()).tolist()
    parts, length, commas = [], 6 + 4 * author, 0.05 * author
    sentence: list[str] = []
    for word in drawn:
        sentence.append(word + ("," if script != "chinese" and random.random() < commas else ""))
        if random.random() < 1 / length:
            parts.append(_sentence(sentence, script, quoted=random.random() < 0.2))
            sentence = []
            if random.random() < 0.25:
                parts.append("\n\n")
    parts.append(_sentence(sentence, script, quoted=False) if sentence else "")
    return "".join(parts).replace("\n\n ", "\n\n").strip()


def _words(script: str) -> list[str]:
    """Of the language, the commonest first."""
    own = np.random.default_rng(9)
    if script == "chinese":
        return own.permutation(list(HAN)).tolist()
    hard, soft = (list(some) for some in LETTERS[script])
    return ["".join(own.choice(hard) + own.choice(soft) for _ in range(own.integers(1, 4))) for _ in range(400)]


def _sentence(words: list[str], script: str, *, quoted: bool) -> str:
    if script == "chinese":
        return ("“" if quoted else "") + "".join(words) + "。" + ("”" if quoted else "")
    text = " ".join(words).strip(",")
    text = text[0].upper() + text[1:] + "."
    return " " + (f"“{text}”" if quoted else text)
