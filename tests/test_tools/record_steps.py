"""Write down each training step's losses and gradients: record_steps.py CONFIG OUT BATCH_SIZE.

Run by the tests, by itself or under torchrun.  In float64: in float32 Adam blows the rounding of
the first step up to a thousandth of the gradient within four steps.
"""

from __future__ import annotations

import os
import sys

import torch
from mmengine.config import Config
from mmengine.runner import Runner

from mmscllle.utils.command_line import distribute_on_cpu, end_process


class DoubleRunner(Runner):
    """Makes the model double before it is wrapped: the wrapper sets gradients up by type."""

    def wrap_model(self, model_wrapper_cfg, model):
        return super().wrap_model(model_wrapper_cfg, model.double())


def main() -> None:
    config, out, batch_size = sys.argv[1], sys.argv[2], int(sys.argv[3])
    torch.set_num_threads(1)
    cfg = Config.fromfile(config)
    rank = os.environ.get('RANK')
    cfg.launcher = 'none' if rank is None else 'pytorch'
    if rank is not None:
        distribute_on_cpu(cfg)
    cfg.work_dir = f'{out}.work_dir'
    cfg.train_dataloader.batch_size = batch_size
    for part in ('val', 'test'):
        cfg[f'{part}_dataloader'] = cfg[f'{part}_evaluator'] = cfg[f'{part}_cfg'] = None
    runner = DoubleRunner.from_cfg(cfg)
    preprocessor = getattr(runner.model, 'module', runner.model).data_preprocessor
    preprocess = preprocessor.forward

    def preprocess_in_double(data, training=False):
        batch = preprocess(data, training)
        batch['inputs'] = {name: image.double() for name, image in batch['inputs'].items()}
        return batch

    preprocessor.forward = preprocess_in_double
    steps = []
    # The wrapper is built when training starts: note its step from the loop's first iteration on.
    train_step = type(runner.model).train_step

    def recording_step(self, data, optim_wrapper):
        step = optim_wrapper.step
        gradients = {}

        def note_and_step(**kwargs):
            gradients.update(
                {
                    name.replace('module.', ''): parameter.grad.clone()
                    for name, parameter in self.named_parameters()
                }
            )
            step(**kwargs)

        optim_wrapper.step = note_and_step
        losses = train_step(self, data, optim_wrapper)
        optim_wrapper.step = step
        steps.append(dict(losses={k: v.detach() for k, v in losses.items()}, gradients=gradients))
        return losses

    type(runner.model).train_step = recording_step
    runner.train()
    torch.save(steps, out if rank is None else f'{out}.rank{rank}')


if __name__ == '__main__':
    main()
    end_process(0)
