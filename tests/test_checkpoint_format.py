"""What docs/checkpoints.md says of the format, held against the code."""

import re
import subprocess
import sys
from pathlib import Path

import torch

from rnnlab.nn.cells import CELLS
from rnnlab.nn.model import ModelConfig, SequenceModel
from rnnlab.options import describe
from rnnlab.tasks.text.use import write
from rnnlab.train.checkpoint import checkpoint

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "checkpoints.md").read_text()


def test_the_page_names_every_file_and_its_bound():
    for file in (*checkpoint.PUBLIC, checkpoint.RESUME_NUMBERS, checkpoint.RESUME_TENSORS):
        assert f"`{file}`" in PAGE
    assert (checkpoint.LARGEST_CONFIG, checkpoint.LARGEST_WEIGHTS) == (5_000_000, 500_000_000)
    assert f"| `format` | {checkpoint.FORMAT};" in PAGE


def test_the_page_names_every_field_of_the_model():
    assert [one.name for one in describe(ModelConfig) if f"`{one.name}`" not in PAGE] == []


def test_the_tensors_have_the_names_and_shapes_that_the_page_gives():
    gates = {"rnn": 1, "gru": 3, "lstm": 4}
    assert set(gates) == set(CELLS)
    for cell, many in gates.items():
        config = ModelConfig(cell=cell, inputs=0, vocabulary=7, embedding=5, hidden=3, layers=2, outputs=7)
        with torch.device("meta"):
            shapes = {name: tuple(tensor.shape) for name, tensor in SequenceModel(config).state_dict().items()}
        due = {"embed.weight": (7, 5), "head.weight": (7, 3), "head.bias": (7,)}
        for layer, width in enumerate((5, 3)):
            due |= {f"cores.{layer}.kernel.weight_ih_l0": (many * 3, width)}
            due |= {f"cores.{layer}.kernel.weight_hh_l0": (many * 3, 3)}
            due |= {f"cores.{layer}.kernel.bias_{kind}_l0": (many * 3,) for kind in ("ih", "hh")}
        assert shapes == due


def test_the_example_that_needs_no_rnnlab_foretells_what_rnnlab_does():
    example = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1]
    assert "rnnlab" not in example
    prompt = "ROMEO:\nI will no"
    done = subprocess.run([sys.executable, "-c", example], cwd=ROOT, capture_output=True, text=True, check=True)
    greedy = write("shakespeare", prompt, length=1, temperature=0.0)["text"]
    assert done.stdout.startswith(f"['{greedy[-1]}', ")
