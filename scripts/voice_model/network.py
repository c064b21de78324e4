"""Filter-bank frames to characters: a small convolutional network with CTC, and its file for sherpa-onnx."""

from __future__ import annotations

from pathlib import Path

import kaldi_native_fbank as knf
import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from scripts.voice_model.synthesis import RATE, Samples

MELS = 40
BLANK = "<blk>"
_WIDTH, _BLOCKS, _REACH = 144, 10, 11


def frames(samples: Samples) -> NDArray[np.float32]:
    """(frames, MELS) log filter-bank energies, one each 10 ms, as sherpa-onnx computes them."""
    options = knf.FbankOptions()
    options.frame_opts.dither = 0
    options.frame_opts.samp_freq = RATE
    options.frame_opts.snip_edges = False
    options.mel_opts.num_bins = MELS
    options.mel_opts.high_freq = -400
    bank = knf.OnlineFbank(options)
    bank.accept_waveform(RATE, samples.tolist())
    bank.input_finished()
    return np.stack([bank.get_frame(n) for n in range(bank.num_frames_ready)])


class Network(nn.Module):
    """(batch, frames, MELS) to (batch, frames / 4, characters) log probabilities; indifferent to loudness."""

    def __init__(self, characters: int) -> None:
        super().__init__()
        self.front = nn.Sequential(
            nn.Conv1d(MELS, _WIDTH, 5, stride=2, padding=2), nn.BatchNorm1d(_WIDTH), nn.ReLU(),
            nn.Conv1d(_WIDTH, _WIDTH, 5, stride=2, padding=2), nn.BatchNorm1d(_WIDTH), nn.ReLU(),
        )  # fmt: skip
        self.blocks = nn.ModuleList(_block() for _ in range(_BLOCKS))
        self.last = nn.Sequential(nn.Dropout(0.1), nn.Conv1d(_WIDTH, characters, 1))

    def forward(self, x: Tensor) -> Tensor:
        x = (x - x.mean(dim=1, keepdim=True)).transpose(1, 2)
        x = self.front(x)
        for block in self.blocks:
            x = torch.relu(x + block(x))
        return torch.log_softmax(self.last(x).transpose(1, 2), dim=2)


def _block() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv1d(_WIDTH, _WIDTH, _REACH, padding=_REACH // 2, groups=_WIDTH, bias=False),
        nn.Conv1d(_WIDTH, _WIDTH, 1, bias=False),
        nn.BatchNorm1d(_WIDTH),
        nn.ReLU(),
        nn.Conv1d(_WIDTH, _WIDTH, 1, bias=False),
        nn.BatchNorm1d(_WIDTH),
    )


def save(network: Network, characters: list[str], folder: Path) -> None:
    """`model.onnx` with weights of 16 bits and `tokens.txt`, as sherpa-onnx's tdnn reader wants them."""
    folder.mkdir(parents=True, exist_ok=True)
    tokens = [BLANK, *characters]
    lines = "".join(f"{token} {number}\n" for number, token in enumerate(tokens))
    (folder / "tokens.txt").write_text(lines, encoding="utf-8")
    file = folder / "model.onnx"
    network.eval()
    names = {"input_names": ["x"], "output_names": ["logits"]}
    axes = {"x": {0: "N", 1: "T"}, "logits": {0: "N", 1: "S"}}
    torch.onnx.export(
        network,
        (torch.zeros(1, 200, MELS),),
        str(file),
        dynamic_axes=axes,
        opset_version=13,
        dynamo=False,
        **names,
    )
    model = onnx.load(str(file))
    _halve(model)
    model.metadata_props.extend([onnx.StringStringEntryProto(key="vocab_size", value=str(len(tokens)))])
    onnx.save(model, str(file))


def _halve(model: onnx.ModelProto) -> None:
    """Store large weights as 16-bit floats that are widened when the model is loaded."""
    graph = model.graph
    casts = []
    for weight in graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.size < 1000:
            continue
        name = weight.name
        weight.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    nodes = list(graph.node)
    del graph.node[:]
    graph.node.extend([*casts, *nodes])
