#!/usr/bin/env python3
"""Writes figures.json: what scikit-learn and sacrebleu say of some answers.

    make_figures.py > figures.json      (needs scikit-learn, sacrebleu)

Scores are numbers of float32. Texts that are not UTF-8 are in hexadecimal; sacrebleu gets them as Python
reads them with errors="surrogateescape".
"""
import json
import math
import platform
import random
import warnings

import numpy
import sacrebleu
import sklearn
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a
from sklearn import metrics

warnings.filterwarnings("ignore")  # of ratios of nothing

AVERAGES = ["macro", "micro", "weighted"]


def number(value):
    value = float(value)
    return None if math.isnan(value) else value


def ratios(truths, answers, labels, average):
    figures = metrics.precision_recall_fscore_support(
        truths, answers, labels=labels, average=average, zero_division=0)[:3]
    return [[number(one) for one in figure] if average is None else number(figure) for figure in figures]


def classes_case(name, classes, truths, answers):
    case = {"name": name, "classes": classes, "truths": truths, "answers": answers,
            "accuracy": metrics.accuracy_score(truths, answers),
            "matrix": metrics.confusion_matrix(truths, answers, labels=range(classes)).tolist(),
            "per_class": ratios(truths, answers, range(classes), None)}
    for average in AVERAGES:
        case[average] = ratios(truths, answers, None, average)
    return case


def classes_cases(rng):
    def drawn(classes, count, right):
        truths = [rng.randrange(classes) for _ in range(count)]
        return truths, [t if rng.random() < right else rng.randrange(classes) for t in truths]

    yield classes_case("three classes", 3, [0, 0, 0, 0, 1, 1, 1, 2, 2, 2], [0, 0, 1, 2, 1, 1, 0, 2, 2, 1])
    yield classes_case("a class never occurs", 5, [0, 1, 4, 4, 0], [0, 0, 4, 1, 0])
    yield classes_case("a class is never answered", 3, [0, 1, 2, 2], [0, 1, 1, 0])
    yield classes_case("a class is never the truth", 3, [0, 1, 1, 0], [0, 2, 1, 2])
    yield classes_case("nothing right", 2, [0, 0, 1], [1, 1, 0])
    yield classes_case("one record", 4, [3], [3])
    yield classes_case("ten classes", 10, *drawn(10, 500, 0.7))
    truths = [0] * 95 + [1] * 5
    yield classes_case("one class of two is rare", 2, truths, [0] * 93 + [1, 1] + [0, 1, 1, 0, 1])


def top_k_cases(rng):
    for name, classes, values in (("scores all different", 6, None), ("ties", 5, [0.0, 0.25, 0.5]),
                                  ("all the same", 4, [1.0])):
        count = 40
        scores = [[float(numpy.float32(rng.random())) if values is None else rng.choice(values)
                   for _ in range(classes)] for _ in range(count)]
        truths = [rng.randrange(classes) for _ in range(count)]
        yield {"name": name, "scores": scores, "truths": truths,
               "top": [number(metrics.top_k_accuracy_score(truths, numpy.array(scores), k=k,
                                                           labels=range(classes)))
                       for k in range(1, classes)]}


def ranking_cases(rng):
    def case(name, truths, scores):
        scores = [float(numpy.float32(score)) for score in scores]
        return {"name": name, "truths": truths, "scores": scores,
                "roc_auc": number(metrics.roc_auc_score(truths, scores)),
                "average_precision": number(metrics.average_precision_score(truths, scores))}

    yield case("four", [0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    yield case("all ties", [0, 1, 1, 0, 1], [0.5] * 5)
    yield case("perfect", [0, 0, 1], [-3, -1, 2])
    yield case("the wrong way round", [1, 1, 0], [-3, -1, 2])
    yield case("zero of both signs", [1, 0, 1, 0], [0.0, -0.0, 1.0, -1.0])
    yield case("only negatives", [0, 0], [0.1, 0.9])
    yield case("only positives", [1, 1], [0.1, 0.9])
    truths = [int(rng.random() < 0.2) for _ in range(1000)]
    yield case("thousand", truths, [rng.gauss(truth, 1) for truth in truths])
    yield case("thousand with ties", truths, [round(rng.gauss(truth, 1), 1) for truth in truths])


def regression_cases(rng):
    def case(name, truths, predictions):
        return {"name": name, "truths": truths, "predictions": predictions,
                "mse": number(metrics.mean_squared_error(truths, predictions)),
                "rmse": number(metrics.root_mean_squared_error(truths, predictions)),
                "mae": number(metrics.mean_absolute_error(truths, predictions)),
                "r2": number(metrics.r2_score(truths, predictions))}

    yield case("four", [3, -0.5, 2, 7], [2.5, 0.0, 2, 8])
    yield case("perfect", [1, 2, 3], [1, 2, 3])
    yield case("the same truths, met", [4, 4], [4, 4])
    yield case("the same truths, not met", [4, 4], [4, 5])
    yield case("one record", [4], [5])
    yield case("worse than the mean", [1, 2, 3], [3, 2, -4])
    truths = [rng.gauss(100, 10) for _ in range(500)]
    yield case("five hundred", truths, [truth + rng.gauss(0, 3) for truth in truths])


def perplexity_cases(rng):
    losses = [rng.expovariate(0.4) for _ in range(300)]
    for name, values in (("one", [2.0]), ("certain", [0.0, 0.0]), ("three hundred", losses)):
        yield {"name": name, "losses": values, "perplexity": math.exp(math.fsum(values) / len(values))}


PAIRS = [
    ("The quick brown fox jumps over the lazy dog.", "The fast brown fox jumped over the lazy dog."),
    ("It costs $1,234.50, or 3.5% of it.", "It costs $1,234.50 - or 3.5% of all."),
    ("¿Dónde está la biblioteca? ¡Allí, en la calle 5!", "¿Dónde queda la biblioteca? ¡Está allí, en la calle 5!"),
    ("En el principio creó Dios los cielos y la tierra.", "En el principio crió Dios los cielos y la tierra."),
    ("Y dijo Dios: «Sea la luz»; y fue la luz.", "Y dijo Dios: Sea la luz: y fué la luz."),
    ("1990-2000 was a time-consuming decade", "1990-2000: a time-consuming decade"),
    ("&quot;Tom &amp; Jerry&quot; &lt;b&gt; &amp;lt;", "\"Tom & Jerry\" <b> &lt;"),
    ("Schrödinger's cat – naïve café…", "Schrödinger’s cat - a naïve café..."),
    ("猫が好きです。", "犬が好きです。"),
    ("👍 good 👎🏽 bad", "👍 good 👎 bad"),
]


def tokenizer_cases(rng):
    lines = [line for pair in PAIRS for line in pair]
    lines += ["", " ", "...", "..,", "a.b", "1.2.3", "1,000,000.00", ".5", "5.", "5.a", "a.5", "1-2", "a-b", "-1",
              "1--2", "1-", "a\nb", "well-\nknown", "ends-\n", "a <skipped> b", "<skip<skipped>ped>", "&amp;quot;",
              "it's 'quoted'", "[a]{b}|c~d^e_f`g\\h", "a\u00a0b\u2003c\u3000d\u200be", "x\x1cy\x1fz\x85w", "\tTab\r\n",
              "año,ñ.ñ", "«¡Sí!»,—dijo.", "é.é,é", "..é..", "a/b@c.com", "http://a.b/c?d=e&f=g", "3,é", "é,3", "🙂.🙂",
              "\u00a0.\u00a0", "trailing. \u3000"]
    alphabet = "ab1 2.,-'\"é¡猫&;<\n\u00a0"
    lines += ["".join(rng.choice(alphabet) for _ in range(rng.randrange(1, 25))) for _ in range(60)]
    tokenizer = Tokenizer13a()
    return [{"text": line, "tokens": tokenizer(line.rstrip())} for line in lines]


def text_of(value):
    return value if isinstance(value, str) else value.decode(errors="surrogateescape")


def written(values):
    return [value if isinstance(value, str) else {"hex": value.hex()} for value in values]


def text_cases(rng):
    def case(name, answers, *references):
        texts = [text_of(answer) for answer in answers]
        streams = [[text_of(one) if one is not None else None for one in stream] for stream in references]
        bleu = BLEU().corpus_score(texts, streams)
        return {"name": name, "answers": written(answers),
                "references": [written(one for one in ours if one is not None) for ours in zip(*references)],
                "bleu": bleu.score, "bp": bleu.bp, "answer_length": bleu.sys_len, "reference_length": bleu.ref_len,
                "chrf": CHRF().corpus_score(texts, streams).score,
                "chrf++": CHRF(word_order=2).corpus_score(texts, streams).score}

    answers, references = map(list, zip(*PAIRS))
    yield case("all pairs", answers, references)
    yield case("the same", references, references)
    for answer, reference in PAIRS:
        yield case("alone: " + answer, [answer], [reference])
    yield case("two references", answers, references, answers[1:] + answers[:1])
    yield case("three references of other lengths", ["the cat is on the mat", "the the the the"],
               ["there is a cat on the mat", "the cat"], ["the cat", "the"],
               ["the cat is on the mat today and tomorrow", "the the cat the"])
    yield case("some without a second reference", answers[:3], references[:3], [answers[0], None, None])
    yield case("two lengths as near", ["a b c d e"], ["a b c d e f g"], ["a b c"])
    yield case("an empty answer", ["", "a b c d e"], ["a b c d", "a b c d e"])
    yield case("only empty answers", ["", ""], ["a b", "c d"])
    yield case("an empty reference", ["a b c d", "a b c d e"], ["", "a b c d e"])
    yield case("nothing in common", ["a b c d e"], ["v w x y z"])
    yield case("no four words", ["a b c"], ["a b c"])
    yield case("one word", ["a"], ["a"])
    yield case("no common four words", ["a b c x d e f y"], ["a b c d e f g h"])
    yield case("other case", ["THE CAT SAT ON THE MAT"], ["The cat sat on the mat"])
    yield case("only punctuation", ["... !!! (?)"], ["... (?) !!!"])
    yield case("words in punctuation", ["(hello) \"world\" 'a' ¡ya! -"], ["hello (world) 'a' ¡ya! --"])
    yield case("odd white space", ["a\u00a0b\u3000c\td e"], ["a b c d e"])
    yield case("no UTF-8", [b"caf\xe9 \xff\xfe con le\xc3che", b"\xe2\x82 \xf4\x90\x80\x80 \xed\xa0\x80 \xc0\x80."],
               [b"caf\xe9 \xff con leche", b"\xe2\x82\xac \xf4\x90\x80\x80 \xed\xa0\x80 \xc0."])
    words = "el la de que y a en un ser se no haber por con su para como estar tener le".split()
    made = [" ".join(rng.choice(words) for _ in range(rng.randrange(1, 20))) for _ in range(100)]
    changed = [" ".join(word for word in line.split() if rng.random() < 0.9) + "." for line in made]
    again = [" ".join(rng.choice(words) if rng.random() < 0.2 else word for word in line.split()) for line in made]
    yield case("a hundred made sentences", changed, made)
    yield case("a hundred made sentences, two references", changed, made, again)


def main():
    rng = random.Random(20)
    figures = {"made_with": {"python": platform.python_version(), "scikit-learn": sklearn.__version__,
                             "numpy": numpy.__version__, "sacrebleu": sacrebleu.__version__},
               "classes": list(classes_cases(rng)), "top_k": list(top_k_cases(rng)),
               "ranking": list(ranking_cases(rng)), "regression": list(regression_cases(rng)),
               "perplexity": list(perplexity_cases(rng)), "tokenizer": tokenizer_cases(rng),
               "texts": list(text_cases(rng))}
    # One case a line: a change of one can be read.
    for i, (key, value) in enumerate(figures.items()):
        print("{" if i == 0 else ",", json.dumps(key) + ":", end="")
        if isinstance(value, dict):
            print(json.dumps(value, ensure_ascii=False))
        else:
            print("[\n" + ",\n".join(json.dumps(one, ensure_ascii=False, allow_nan=False) for one in value) + "]")
    print("}")


if __name__ == "__main__":
    main()
