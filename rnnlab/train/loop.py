"""The one training loop, for every task; knows tasks only through the Task protocol and files not at all."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from rnnlab.errors import RnnlabError
from rnnlab.nn.model import ModelState, SequenceModel, detach
from rnnlab.train import devices
from rnnlab.train.checkpoint.record_fields import MOST_REWINDS
from rnnlab.train.checkpoint.snapshots import check_shapes
from rnnlab.train.device_probe import training_device
from rnnlab.train.processes import ALONE, Processes
from rnnlab.train.progress import Batch, Progress, Snapshot, Task, TrainConfig
from rnnlab.train.weights import copied, copied_to, put

Watch = Callable[[int, int], bool]


def fit(
    model: SequenceModel,
    task: Task,
    config: TrainConfig,
    resume: Snapshot | None = None,
    watch: Watch | None = None,
    processes: Processes = ALONE,
) -> Iterator[Progress]:
    """Train the model, reporting every `config.report_every` steps and at the end.

    Resuming is exact on the kind of device where the training began; on another one dropout's masks are drawn anew.

    A generator: whoever stops asking stops the training. However it ends, the model then holds the best weights by
    validation loss if the task scores one and not `config.newest`, else the newest (averaged if `config.ema`), on the
    device that was used.

    Args:
        model: trained in place.
        task: where batches, loss and scores come from.
        config: how to train.
        resume: a report's snapshot; the training goes on exactly as if it had never stopped.
        watch: is told after every step which of how many it was; if it says False, the training ends there, after a
            report if there has been none; of several processes the first is asked, and they end at a report.
        processes: those that train together; each gets every report, and all must ask for it.

    Raises:
        RnnlabError: the device is missing, the snapshot is another model's, or the training diverges for good.
    """
    run = _Run(model, task, config, resume, processes)
    try:
        if run.exhausted():
            return
        for batch in itertools.islice(task.batches(config.seed, run.step), max(0, config.steps - run.step)):
            run.train(batch)
            due = run.step % config.report_every == 0 or run.step == config.steps
            going = watch is None or watch(run.step, config.steps)
            if processes.count > 1:  # all of them end at the same report
                going = processes.told(going) if due else True
            if due or not (going or run.reported):
                yield run.report()
            if run.exhausted() or not going:
                return
    finally:
        run.finish()


class _Run:
    """The moving parts of one training."""

    def __init__(
        self, model: SequenceModel, task: Task, config: TrainConfig, resume: Snapshot | None, processes: Processes
    ) -> None:
        self.model, self.task, self.config, self.processes = model, task, config, processes
        self.device = training_device(model, task, config, resume, processes)
        self.dtype = devices.choose_precision(config.precision, self.device, model.config)
        model.to(self.device).train()
        model.seed_noise(config.seed)
        self.network = processes.joined(model)
        self.weights: list[Tensor] = list(model.parameters())
        self.optimizer = torch.optim.AdamW(self.weights, lr=config.lr, weight_decay=config.weight_decay)
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=self.dtype == torch.float16)
        self.average = copied(self.weights) if config.ema else None
        self.best: list[Tensor] | None = None
        self.best_loss, self.best_step, self.stale = math.inf, 0, 0
        self.rate_scale, self.rewinds, self.step = 1.0, 0, 0
        self.state: ModelState | None = None
        self.reported = resume is not None
        if resume is not None:
            self._restore(resume)
        self.last_good = self._snapshot()
        self._begin_interval()

    def exhausted(self) -> bool:
        """Whether the validation loss has not become better for as many reports as patience allows."""
        return 0 < self.config.patience <= self.stale

    def train(self, batch: Batch) -> None:
        """Take one optimizer step."""
        sequences = len(batch.x)
        own = self.processes.share(sequences)
        x, y = batch.x[own].to(self.device), batch.y[own].to(self.device)
        self.model.place = (own.start, sequences)
        state = None if batch.fresh else self._carried(len(x))
        with torch.autocast(self.device.type, dtype=self.dtype, enabled=self.dtype != torch.float32):
            output, self.state = self.network(x, state)
        loss = self.task.loss(output.float(), y)
        if self.processes.count > 1:  # so that the mean of all processes' losses is the whole batch's
            loss = loss * (self.processes.count * self.task.counted(batch.y[own]) / self.task.counted(batch.y))
        self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
        self.scaler.unscale_(self.optimizer)
        gradients = [weight.grad for weight in self.weights if weight.grad is not None]
        norm = torch.nn.utils.get_total_norm(gradients)
        if self.config.clip:
            torch.nn.utils.clip_grads_with_norm_(self.weights, self.config.clip, norm)
        rate = self.config.rate(self.step) * self.rate_scale
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.optimizer.zero_grad()
        self.step += 1
        self._average()
        # Numbers stay on the device until the report: asking for them at every step would stall a GPU.
        self.figures[:, self.taken] = torch.stack([loss.detach(), norm.detach()])
        self.taken += 1
        self.positions += sequences * x.shape[1]

    def report(self) -> Progress:
        """Score the model, keep it if it is the best, or go back if it has diverged."""
        losses, norms = self.figures[:, : self.taken]
        losses, norms = self.processes.mean(losses).cpu(), norms.cpu()
        training_seconds = time.perf_counter() - self.began
        rate = self.config.rate(self.step - 1) * self.rate_scale
        # Under a gradient scaler a norm that is not finite is a step that was skipped, not a fault.
        healthy = bool(losses.isfinite().all()) and (self.scaler.is_enabled() or bool(norms.isfinite().all()))
        scores = self.processes.told(self._evaluate() if healthy and self.processes.first else {})
        healthy = healthy and math.isfinite(scores.get("loss", 0.0))
        message = self._keep(scores) if healthy else self._rewind(losses)
        self.last_good, self.reported = self._snapshot(), True
        seconds = time.perf_counter() - self.began
        left = 0.0 if self.exhausted() else (self.config.steps - self.step) * seconds / len(losses)
        place = (self.step, self.config.steps, self.step / self.task.steps_per_epoch)
        means = (losses.mean().item(), norms.mean().item(), norms.max().item())
        pace = (rate, self.positions / training_seconds, left)
        self._begin_interval()
        best_step = None if self.best is None else self.best_step
        return Progress(*place, *means, *pace, self.last_good, scores, best_step, message)

    def finish(self) -> None:
        """Leave the best weights in the model, ready to be used."""
        best = self.best or self.average
        if best is not None:
            put(self.weights, best)
        self.model.place = None
        self.model.eval()

    def _begin_interval(self) -> None:
        # The loss and the gradient's norm of each step, in one tensor: small ones, kept until the report, would lie in
        # the gaps that a step's large ones leave, and the memory would grow by megabytes a step.
        steps = min(self.config.report_every, max(1, self.config.steps - self.step))
        self.figures, self.taken = torch.empty(2, steps, device=self.device), 0
        self.positions, self.began = 0, time.perf_counter()

    def _carried(self, sequences: int) -> ModelState | None:
        """The state after the last batch, cut off from it.

        Raises:
            RnnlabError: it is of another number of sequences, for it was saved by a training with other batches.
        """
        if self.state is None:
            return None
        before = self.state[0][0].shape[1]
        if before != sequences:
            carried = f"The saved training carries the state of {before} sequences where a batch has {sequences}"
            remedy = "give the --batch and the text that it began with, or start a new training"
            raise RnnlabError(f"{carried}; {remedy}.")
        return detach(self.state)

    def _average(self) -> None:
        if self.average is not None:
            # A young average follows quickly, or it would remember the random start for long.
            decay = min(self.config.ema, (1 + self.step) / (10 + self.step))
            with torch.no_grad():
                torch._foreach_lerp_(self.average, self.weights, 1 - decay)

    def _evaluate(self) -> dict[str, float]:
        training = copied(self.weights)
        if self.average is not None:
            put(self.weights, self.average)
        self.model.eval()
        with torch.no_grad():
            scores = self.task.evaluate(self.model)
        self.model.train()
        put(self.weights, training)
        return scores

    def _keep(self, scores: dict[str, float]) -> str | None:
        self.rewinds = 0
        if "loss" not in scores:
            return None
        if self.config.newest:
            self.best_step = self.step
            return None
        if scores["loss"] < self.best_loss:
            self.best = copied(self.weights if self.average is None else self.average)
            self.best_loss, self.best_step, self.stale = scores["loss"], self.step, 0
            return None
        self.stale += 1
        if self.exhausted():
            return f"Stopped early: no report since step {self.best_step} had a better validation loss."
        return None

    def _rewind(self, losses: Tensor) -> str:
        wrong = (~losses.isfinite()).nonzero()
        at = self.step - len(losses) + (int(wrong[0]) if len(wrong) else len(losses) - 1) + 1
        good = self.last_good.numbers["step"]
        self.rewinds += 1
        if self.rewinds > MOST_REWINDS:
            lower = f"{self.config.lr * self.rate_scale:.2g}"
            remedy = f"try a learning rate below {lower} or clip gradients at a norm of 1"
            raise RnnlabError(f"The training diverged {self.rewinds} times in a row, last at step {at}; {remedy}.")
        step, scale, rewinds = self.step, self.rate_scale / 2, self.rewinds
        self._restore(self.last_good)
        self.step, self.rate_scale, self.rewinds, self.state = step, scale, rewinds, None
        halved = f"halved the learning rate to {self.config.rate(self.step - 1) * scale:.2g}"
        return f"The loss was no longer a number at step {at}: went back to the weights of step {good} and {halved}."

    def _snapshot(self) -> Snapshot:
        tensors = {f"weight.{i}": tensor for i, tensor in enumerate(self.weights)}
        for name, group in (("average", self.average), ("best", self.best)):
            tensors |= {f"{name}.{i}": tensor for i, tensor in enumerate(group or [])}
        for i, weight in enumerate(self.weights):
            tensors |= {f"optimizer.{i}.{name}": value for name, value in self.optimizer.state[weight].items()}
        for i, layer in enumerate(self.state or ()):
            tensors |= {f"state.{i}.{j}": self.processes.whole(part, 1) for j, part in enumerate(layer)}
        assert self.model.noise is not None
        tensors["noise"] = self.model.noise.get_state()
        numbers = {name: getattr(self, name) for name in _NUMBERS} | {"scaler": self.scaler.state_dict()}
        numbers |= {"device": self.device.type, "precision": str(self.dtype).removeprefix("torch.")}
        numbers["best_loss"] = self.best_loss if self.best is not None else None
        return Snapshot({name: tensor.detach().cpu().clone() for name, tensor in tensors.items()}, numbers)

    def _restore(self, snapshot: Snapshot) -> None:
        try:
            self._put_back(snapshot)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise RnnlabError("The saved training is incomplete, so it cannot be resumed; start a new one.") from error

    def _put_back(self, snapshot: Snapshot) -> None:
        tensors, numbers = snapshot.tensors, snapshot.numbers
        saved = snapshot.group("weight")
        check_shapes(snapshot, self.weights)
        put(self.weights, saved)
        if self.average is not None:
            self.average = copied_to(snapshot.group("average") or saved, self.device)
        self.best = copied_to(snapshot.group("best"), self.device) or None
        for name in _NUMBERS:
            setattr(self, name, numbers[name])
        self.best_loss = math.inf if numbers["best_loss"] is None else numbers["best_loss"]
        if numbers["scaler"]:  # there is none of a training that went on in another precision
            self.scaler.load_state_dict(numbers["scaler"])
        self.optimizer.state.clear()
        for i, weight in enumerate(self.weights):
            parts = {name.split(".")[2]: t for name, t in tensors.items() if name.startswith(f"optimizer.{i}.")}
            # AdamW counts its steps on the CPU; the moments live where the weights live.
            moved = {n: t.clone() if n == "step" else t.to(self.device, copy=True) for n, t in parts.items()}
            self.optimizer.state[weight] = moved
        layers = itertools.takewhile(bool, (snapshot.group(f"state.{i}") for i in itertools.count()))
        own = ([part[:, self.processes.share(part.shape[1])].contiguous() for part in layer] for layer in layers)
        self.state = tuple(tuple(copied_to(layer, self.device)) for layer in own) or None
        assert self.model.noise is not None
        if numbers["device"] == self.device.type:
            self.model.noise.set_state(tensors["noise"].clone())
        else:  # generators of different devices cannot go on from each other
            self.model.seed_noise(self.config.seed + self.step)


_NUMBERS = ("step", "best_step", "stale", "rate_scale", "rewinds")
