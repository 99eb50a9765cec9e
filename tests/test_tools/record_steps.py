"""Train a config and write down each step's losses and gradients: record_steps.py CONFIG OUT.

Run by the tests, by itself or under torchrun.
"""
from __future__ import annotations

import os
import sys

import torch
from mmengine.config import Config
from mmengine.runner import Runner

from mmscllle.utils.command_line import distribute_on_cpu


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
    runner = Runner.from_cfg(cfg)
    steps = []
    # The wrapper is built when training starts: note its step from the loop's first iteration on.
    train_step = type(runner.model).train_step

    def recording_step(self, data, optim_wrapper):
        step = optim_wrapper.step
        gradients = {}

        def note_and_step(**kwargs):
            gradients.update({name.replace('module.', ''): parameter.grad.clone()
                              for name, parameter in self.named_parameters()})
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
