#!/usr/bin/env python3
"""A translator in PyTorch on the prepared verses: loss and seconds of each epoch, BLEU, as JSON.

One BPE model of both languages, trained on the part `train`; teacher forcing, label smoothing; beam
search with the length penalty of Wu 2016; BLEU by sacrebleu.
"""

import argparse
import io
import json
import math
import time

import sacrebleu
import sentencepiece
import torch
from torch.nn import functional as F

import models
import records


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=["lstm", "gru", "transformer"], required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--source", default="en")
    parser.add_argument("--target", default="es")
    parser.add_argument("--vocabulary", type=int, default=4000)
    parser.add_argument("--length", type=int, default=96)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--warm-up", type=int, default=400, help="steps; then 1 / sqrt")
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--layers", type=int, default=3)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--feed-forward", type=int, default=512)
    parser.add_argument("--dropout", type=float, default=0.2)
    parser.add_argument("--smoothing", type=float, default=0.1)
    parser.add_argument("--clip", type=float, default=1)
    parser.add_argument("--beam", type=int, default=4)
    parser.add_argument("--penalty", type=float, default=0.6)
    parser.add_argument("--records", type=int, default=0, help="train with so many only")
    parser.add_argument("--answers", type=int, default=0, help="translate so many of the test only")
    parser.add_argument("--every", type=int, default=0, help="BLEU every so many epochs, too")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def subwords(texts, size):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts), model_writer=model, vocab_size=size, model_type="bpe",
        character_coverage=1.0, pad_id=records.PADDING, unk_id=records.UNKNOWN,
        bos_id=records.BEGIN, eos_id=records.END, minloglevel=2, num_threads=1)
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())


@torch.inference_mode()
def translate(network, source, beam, penalty, longest):
    """Token lists. source: [batch, length]. Beams of one text stand next to each other."""
    count = len(source)
    values, padding = network.encode(source)
    memory = values.repeat_interleave(beam, 0), padding.repeat_interleave(beam, 0)
    tokens = torch.full((count * beam, 1), records.BEGIN)
    scores = torch.tensor([0.0] + [-math.inf] * (beam - 1)).repeat(count)
    best = [(-math.inf, [])] * count
    last, state = tokens, None
    for step in range(1, longest + 1):
        logits, state = network.decode(memory, last, state)
        ahead = scores[:, None] + logits[:, -1].log_softmax(-1)
        top, flat = ahead.view(count, -1).topk(2 * beam)
        beams, words = flat // logits.shape[-1], flat % logits.shape[-1]
        norm = ((5 + step) / 6) ** penalty
        chosen, kept, going = [], [], []
        for i in range(count):
            mine = []
            for score, from_, word in zip(top[i].tolist(), beams[i].tolist(), words[i].tolist()):
                if word == records.END:
                    if score / norm > best[i][0]:
                        best[i] = score / norm, tokens[i * beam + from_, 1:].tolist()
                elif len(mine) < beam:
                    mine.append((score, from_, word))
            # What can still come is at most what stands there, by the longest text's penalty.
            most = mine[0][0] / ((5 + longest) / 6) ** penalty
            going.append(best[i][0] < most)
            kept += mine
            chosen += [i * beam + from_ for _, from_, _ in mine]
        index = torch.tensor(chosen)
        scores = torch.tensor([score for score, _, _ in kept])
        last = torch.tensor([[word] for _, _, word in kept])
        tokens = torch.cat([tokens[index], last], 1)
        state = network.reordered(state, index)
        if not any(going):
            break
    for i in range(count):
        if best[i][0] == -math.inf:
            best[i] = 0.0, tokens[i * beam, 1:].tolist()
    return [answer for _, answer in best]


def bleu(network, processor, part, options):
    network.eval()
    sources, references = part
    if options.answers:
        sources, references = sources[:options.answers], references[:options.answers]
    order = sorted(range(len(sources)), key=lambda i: len(sources[i]))
    answers = [""] * len(sources)
    for begin in range(0, len(order), 32):
        chosen = order[begin:begin + 32]
        batch, lengths = records.padded([sources[i] for i in chosen])
        found = translate(network, batch, options.beam, options.penalty,
                          min(2 * int(lengths.max()) + 10, options.length))
        for i, tokens in zip(chosen, found):
            answers[i] = processor.decode(tokens)
    return round(sacrebleu.corpus_bleu(answers, [references]).score, 2), answers


def load(options):
    raw = {part: records.columns(options.data, part, [options.source, options.target])
           for part in ("train", "validation", "test")}
    if options.records:
        raw["train"] = [column[:options.records] for column in raw["train"]]
    processor = subwords(raw["train"][0] + raw["train"][1], options.vocabulary)
    def numbers(texts):
        return [ids[:options.length - 2] for ids in processor.encode(texts)]
    def framed(texts):
        return [[records.BEGIN, *ids, records.END] for ids in numbers(texts)]
    parts = {part: (numbers(sources), framed(targets)) for part, (sources, targets) in raw.items()}
    return processor, parts, raw


def loss_of(network, part, chosen, smoothing):
    source = records.padded([part[0][i] for i in chosen])[0]
    target = records.padded([part[1][i] for i in chosen])[0]
    answers = network(source, target[:, :-1])
    return F.cross_entropy(answers.reshape(-1, answers.shape[-1]), target[:, 1:].reshape(-1),
                           ignore_index=records.PADDING, label_smoothing=smoothing)


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    processor, parts, raw = load(options)
    size = processor.get_piece_size()
    network = models.TransformerTranslator(
        size, options.width, options.heads, options.layers, options.feed_forward,
        options.dropout) if options.model == "transformer" else models.AttentionTranslator(
            options.model, size, options.width, options.dropout)
    optimizer = torch.optim.Adam(network.parameters(), options.rate, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda n: min((n + 1) / options.warm_up, (options.warm_up / (n + 1)) ** 0.5))
    generator = torch.Generator().manual_seed(options.seed)
    lengths = [len(source) + len(target) for source, target in zip(*parts["train"])]
    for epoch in range(options.epochs):
        network.train()
        begin, losses = time.monotonic(), []
        for chosen in records.batches(lengths, options.batch, generator):
            loss = loss_of(network, parts["train"], chosen, options.smoothing)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), options.clip)
            optimizer.step()
            schedule.step()
            losses.append(float(loss.detach()))
        seconds = time.monotonic() - begin
        network.eval()
        with torch.inference_mode():
            count = len(parts["validation"][0])
            seen = [float(loss_of(network, parts["validation"], range(i, min(i + 64, count)), 0))
                    for i in range(0, count, 64)]
        line = {"epoch": epoch + 1, "seconds": round(seconds, 1),
                "loss": round(sum(losses) / len(losses), 4),
                "validation_loss": round(sum(seen) / len(seen), 4)}
        if options.every and (epoch + 1) % options.every == 0:
            line["bleu"] = bleu(network, processor, (parts["test"][0], raw["test"][1]), options)[0]
        print(json.dumps(line), flush=True)
    begin = time.monotonic()
    score, answers = bleu(network, processor, (parts["test"][0], raw["test"][1]), options)
    print(json.dumps({"bleu": score, "seconds": round(time.monotonic() - begin, 1),
                      "parameters": sum(p.numel() for p in network.parameters()),
                      "example": [raw["test"][0][0], answers[0], raw["test"][1][0]]},
                     ensure_ascii=False))


if __name__ == "__main__":
    main()
