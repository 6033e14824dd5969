"""Records made from a seed: numbers with gaps, classes, groups, times and texts."""

import random

HEADER = "id,class,group,day,x,y,text\n"


def lines(count, seed=1, first=0, words=3):
    """Lines of CSV; id is first, first + 1..."""
    chance = random.Random(seed)
    made = []
    for number in range(first, first + count):
        x = "" if chance.random() < 0.05 else f"{chance.gauss(10, 25):.4f}"
        text = " ".join(f"{chance.getrandbits(40):x}" for _ in range(words))
        made.append(f"{number},{chance.choice('aaabbc')},g{chance.randrange(200)},"
                    f"2013-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02},"
                    f"{x},{chance.randrange(1000)},{text}\n")
    return made


def csv(records, header=HEADER):
    return header + "".join(records)
