#!/usr/bin/env python3
"""Makes the name dictionaries and the character model that `detectors/src/name` embeds.

    python3 build.py --census DIR --text DIR [DIR ...]
    python3 build.py [--text DIR ...]

The second form is for who has changed a list that is written by hand: without the Census, its names stay as they
are in surnames.txt and given.txt, the words are added to, and trigrams.bin is left as it is.

DIR of --census holds the name files of the US Census of 1990 (public domain): dist.all.last,
dist.female.first and dist.male.first, a name, its share in percent, the running share and the
rank in each line. --text names folders of software documents and source code; their words
are what names must be told from.

It writes, beside itself:

  surnames.txt   the commonest surnames of the Census, those of more_surnames.txt and of world_surnames.txt
  given.txt      likewise given names
  words.txt      words that are written in lower case far more often than with a capital: the
                 ordinary words of prose and software, some of which are names as well
  trigrams.bin   27*27*27 signed bytes: eight times the natural logarithm of how much likelier
                 three characters are in a surname than in a word; 0 is the word's edge, 1-26 the
                 letters. It learns from every other surname outside the dictionary: the other half
                 is left to measure with.

more_*.txt, world_*.txt, stop.txt, terms.txt, papers.txt, health.txt, particles.txt, things.txt and cjk.txt are
written by hand; all but the first two kinds are read by the program as they are.
"""

import argparse
import collections
import math
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
SURNAMES, GIVEN_F, GIVEN_M, WORDS = 5000, 800, 600, 9000
# Words in all, with those that later texts add.
WORDS_MAX = 15_000
TEXT_ENDINGS = {".md", ".rst", ".txt", ".rs", ".py", ".toml", ".html", ".pl", ".pm", ".c", ".h"}
BYTES_MAX = 60_000_000


def census(path):
    return [line.split()[0].lower() for line in path.read_text().splitlines() if line.strip()]


def hand_made(name):
    lines = (HERE / name).read_text().splitlines()
    words = [word for line in lines if not line.startswith("#") for word in line.split()]
    return [part for word in words for part in word.split("-")]


def world(name, words):
    """The names of a wide list that are nothing else: not a word of files or of prose, a place, a particle."""
    other = set(words)
    for file in ("stop.txt", "terms.txt", "papers.txt", "health.txt", "particles.txt", "things.txt"):
        lines = (HERE / file).read_text().splitlines()
        other |= {word.lstrip("+") for line in lines if not line.startswith("#") for word in line.split()}
    return {word for word in hand_made(name) if len(word) > 2 and word not in other}


def listed(name):
    return (HERE / name).read_text().split()


def write(name, entries):
    (HERE / name).write_text("".join(f"{word}\n" for word in sorted(entries)))


def is_noise(word):
    """Digits of hexadecimal numbers, runs of one letter, the alphabet: no words, and some would be names."""
    return bool(re.fullmatch(r"[a-f]{4,}", word) or re.search(r"(.)\1\1", word) or word.startswith("abcd"))


def without_census(folders):
    """Adds what the lists written by hand and the texts have more than the files that are there."""
    words = set(listed("words.txt"))
    names = set(listed("surnames.txt")) | set(listed("given.txt"))
    names |= set(hand_made("world_surnames.txt")) | set(hand_made("world_given.txt"))
    lower, title = count_words(folders)
    for word, count in lower.most_common():
        if len(words) >= WORDS_MAX or count < 6:
            break
        known = word in names
        if len(word) > 2 and count > 2 * title[word] and (count >= 12 or not known) and not is_noise(word):
            words.add(word)
    write("words.txt", words)
    write_world(words)
    for kind in ("surnames", "given"):
        wide = world(f"world_{kind}.txt", words)
        write(f"{kind}.txt", set(listed(f"{kind}.txt")) | set(hand_made(f"more_{kind}.txt")) | wide)


def count_words(folders):
    """How often each word stands in lower case, and how often with a capital first."""
    lower, title = collections.Counter(), collections.Counter()
    read = 0
    for folder in folders:
        for path in sorted(pathlib.Path(folder).rglob("*")):
            if path.suffix not in TEXT_ENDINGS or not path.is_file() or path.stat().st_size > 400_000:
                continue
            text = path.read_text(errors="ignore")
            read += len(text)
            for word in set(re.findall(r"[a-z]{2,20}|[A-Z][a-z]{1,19}", text)):
                (lower if word.islower() else title)[word.lower()] += 1
            if read > BYTES_MAX * len(folders):
                break
    return lower, title


def likelihoods(names, words):
    """For every three characters: eight times the logarithm of how much likelier they are in a name, as bytes."""
    positive, negative = trigrams(names), trigrams(words)
    p_total, n_total = sum(positive.values()), sum(negative.values())
    table = bytearray(27 * 27 * 27)
    for a in range(27):
        for b in range(27):
            for c in range(27):
                p = (positive[a, b, c] + 0.5) / (p_total + 0.5 * len(table))
                n = (negative[a, b, c] + 0.5) / (n_total + 0.5 * len(table))
                value = max(-127, min(127, round(8 * math.log(p / n))))
                table[(a * 27 + b) * 27 + c] = value & 0xFF
    return table


def write_world(words):
    names = set(hand_made("world_surnames.txt")) | set(hand_made("world_given.txt"))
    long = [[word for word in sorted(entries) if len(word) > 3] for entries in (names, words)]
    (HERE / "world.bin").write_bytes(likelihoods(*long))


def trigrams(words):
    counts = collections.Counter()
    for word in words:
        codes = [0] + [ord(c) - 96 for c in word] + [0]
        for three in zip(codes, codes[1:], codes[2:]):
            counts[three] += 1
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--census", type=pathlib.Path)
    parser.add_argument("--text", nargs="+", default=[])
    options = parser.parse_args()
    if options.census is None:
        return without_census(options.text)

    all_surnames = census(options.census / "dist.all.last")
    women = census(options.census / "dist.female.first")
    men = census(options.census / "dist.male.first")
    surnames = set(all_surnames[:SURNAMES]) | set(hand_made("more_surnames.txt"))
    given = set(women[:GIVEN_F]) | set(men[:GIVEN_M]) | set(hand_made("more_given.txt"))

    lower, title = count_words(options.text)
    known = surnames | given
    ordinary = [
        word
        for word, count in lower.most_common(60_000)
        # Names stand in texts in lower case too (user names, addresses): they must be rarer with a capital.
        if count >= 4 and (word not in known or (count >= 12 and count > 2 * title[word]))
    ]
    # Rare surnames that turn up as words a few times are left out of the words.
    census_all = set(all_surnames) | set(women) | set(men)
    words = [word for word in ordinary if word not in census_all or lower[word] >= 12 and lower[word] > 2 * title[word]]
    words = sorted(words[:WORDS])

    learn = [name for index, name in enumerate(all_surnames[SURNAMES:]) if index % 2 == 0]
    write("surnames.txt", surnames | world("world_surnames.txt", words))
    write("given.txt", given | world("world_given.txt", words))
    write("words.txt", words)
    (HERE / "trigrams.bin").write_bytes(likelihoods(learn, ordinary[:25_000]))
    write_world(words)


if __name__ == "__main__":
    main()
