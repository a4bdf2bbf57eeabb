"""What a training takes is known from its sizes, and too much is refused before anything is built."""

import pytest
from authors import story

from rnnlab.errors import RnnlabError
from rnnlab.nn.model import ModelConfig
from rnnlab.runtime import callers
from rnnlab.runtime.page_training import Asked, begin, plan
from rnnlab.tasks.forecast.kind import KIND as FORECAST
from rnnlab.tasks.text.kind import KIND as TEXT
from rnnlab.train.progress import TrainConfig
from rnnlab.train.sizes import check_training, training_bytes

WRITER = ModelConfig(cell="lstm", hidden=64, layers=2, inputs=0, vocabulary=65, outputs=65, embedding=16)


def test_every_size_counts():
    least = training_bytes(WRITER, TrainConfig(batch=8), 16)
    for model, batch, window in (
        (ModelConfig(**vars(WRITER) | {"hidden": 65}), 8, 16),
        (ModelConfig(**vars(WRITER) | {"layers": 3}), 8, 16),
        (ModelConfig(**vars(WRITER) | {"vocabulary": 66, "outputs": 66}), 8, 16),
        (WRITER, 9, 16),
        (WRITER, 8, 17),
    ):
        assert training_bytes(model, TrainConfig(batch=batch), window) > least
    check_training(WRITER, TrainConfig(batch=8), 16, least)
    with pytest.raises(RnnlabError, match=r"^A training with \d\d,\d{3} weights and 65 outputs takes about 0\.01 GB"):
        check_training(WRITER, TrainConfig(batch=8), 16, least - 1)


@pytest.mark.parametrize("wide", ["".join(map(chr, range(0x4E00, 0x9FA0))) * 2, None])
def test_a_visitors_training_that_is_too_large_is_refused(wide, tmp_path):
    (tmp_path / "text.txt").write_text(wide or story(), encoding="utf-8")
    settings = {"hidden": 512 if wide else 1400, "layers": 2, "embedding": 128}
    asked = Asked.of(TEXT, str(tmp_path / "text.txt"), settings, caller=callers.visitor(None))
    for refused in (lambda: plan(asked), lambda: list(begin(asked)[1])):
        with pytest.raises(RnnlabError, match=r"GB of memory where 1\.50 GB are allowed; choose fewer units or layers"):
            refused()


def test_a_visitors_forecaster_that_is_too_large_is_refused():
    with pytest.raises(RnnlabError, match="GB of memory where"):
        plan(Asked.of(FORECAST, "AAPL", {"hidden": 2500, "layers": 2}))
