"""Train the line's own recogniser: `python -m scripts.voice_model.train FOLDER`. About half an hour on one core.

The speech is made, by espeak-ng; no person has been recorded, and none has tried the result.
"""

from __future__ import annotations

import argparse
import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from scripts.voice_model import synthesis
from scripts.voice_model.corpus import Corpus
from scripts.voice_model.network import Network, frames, save
from scripts.voice_model.synthesis import RATE, TRAINING, Samples, over_the_line, speak

_BATCH = 48
_SEED = 95598


def recordings(corpus: Corpus, count: int, voices: tuple[str, ...], seed: int) -> list[tuple[str, Samples]]:
    """`count` utterances with their text; every phrase comes first, then what the dice say."""
    dice = random.Random(seed)
    texts = [*corpus.phrases, *corpus.places, *(corpus.sample(dice) for _ in range(count))][:count]
    jobs = [(text, dice.choice(voices), random.Random(seed + n)) for n, text in enumerate(texts)]
    with ThreadPoolExecutor(2) as pool:
        spoken = pool.map(lambda job: speak(*job), jobs)
        return [(text, heard) for text, heard in zip(texts, spoken, strict=True) if len(heard) > RATE // 10]


def batches(
    data: list[tuple[str, Samples]], index: dict[str, int], dice: np.random.Generator
) -> list[list[int]]:
    """Numbers of utterances of about the same length, in random order."""
    order = sorted(range(len(data)), key=lambda n: len(data[n][1]) + dice.uniform(0, 2000))
    found = [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]
    dice.shuffle(found)
    return found


def collate(
    rows: list[tuple[str, Samples]], index: dict[str, int], babble: Samples, dice: np.random.Generator
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    banks, targets = [], []
    for text, clean in rows:
        snr, loss = dice.uniform(5, 35), float(dice.choice([0, 0, 0.01, 0.03]))
        banks.append(torch.from_numpy(frames(over_the_line(clean, dice, babble, snr, loss))))
        targets.append(torch.tensor([index[character] for character in text]))
    lengths = torch.tensor([len(bank) for bank in banks])
    padded = nn.utils.rnn.pad_sequence(banks, batch_first=True, padding_value=float(banks[0].min()))
    return padded, (lengths + 3) // 4, torch.cat(targets), torch.tensor([len(one) for one in targets])


def fit(data: list[tuple[str, Samples]], characters: list[str], epochs: int) -> Network:
    index = {character: number for number, character in enumerate(characters, 1)}
    dice = np.random.default_rng(_SEED)
    babble: Samples = np.mean([np.resize(data[n][1], RATE * 30) for n in range(4)], axis=0, dtype=np.float32)
    network = Network(len(characters) + 1)
    steps = epochs * (len(data) // _BATCH + 1)
    optimiser = torch.optim.AdamW(network.parameters(), 2e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=steps + 1, pct_start=0.15)
    loss_of = nn.CTCLoss(zero_infinity=True)
    for epoch in range(epochs):
        begun, total = time.monotonic(), 0.0
        network.train()
        for numbers in batches(data, index, dice):
            x, lengths, targets, sizes = collate([data[n] for n in numbers], index, babble, dice)
            loss = loss_of(network(x).transpose(0, 1), targets, lengths, sizes)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            optimiser.step()
            schedule.step()
            total += float(loss.detach()) * len(numbers)
        print(
            f"epoch {epoch + 1}/{epochs}  loss {total / len(data):.3f}  {time.monotonic() - begun:.0f} s",
            flush=True,
        )
    return network


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("folder", type=Path)
    given.add_argument("--utterances", type=int, default=9000)
    given.add_argument("--epochs", type=int, default=18)
    options = given.parse_args()
    torch.manual_seed(_SEED)
    torch.set_num_threads(1)
    corpus = Corpus.load()
    data = recordings(corpus, options.utterances, TRAINING, _SEED)
    hours = sum(len(heard) for _, heard in data) / RATE / 3600
    print(f"{len(data)} utterances, {hours:.1f} h, {len(synthesis.TRAINING)} voices", flush=True)
    characters = corpus.characters()
    save(fit(data, characters, options.epochs), characters, options.folder)


if __name__ == "__main__":
    main()
