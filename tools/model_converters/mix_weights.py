"""Mix the weights before and after fine-tuning: mix_weights.py CONFIG A B OUT.

Wortsman et al., *Robust fine-tuning of zero-shot models*, CVPR 2022: between the weights that a
fine-tuning started from and those that it ended with lie some that keep most of both, and do better
than either on data of neither.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmengine.runner import load_checkpoint
from torch import Tensor

from mmscllle.fileio import atomic_path
from mmscllle.models.enhanced_segmentor_parts import check_filled
from mmscllle.models.enhancers import EnhancerSource, find_enhancer, load_enhancer
from mmscllle.registry import MODELS
from mmscllle.utils.commands import UsageError, run_command
from mmscllle.utils.weights import read_checkpoint


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description='Average the weights of an enhancer, or of an enhancer and a segmentor that '
        'were trained together, before and after fine-tuning.'
    )
    parser.add_argument('config', metavar='CONFIG', help='config of the fine-tuning')
    parser.add_argument(
        'before',
        metavar='A',
        help='checkpoint that it started from; of a chain, or of its segmentor alone, '
        'where CONFIG has model.enhancer_checkpoint',
    )
    parser.add_argument('after', metavar='B', help='checkpoint that it ended with')
    parser.add_argument('out', metavar='OUT', type=Path, help='file to write the mixture to')
    parser.add_argument(
        '--share', type=float, default=0.5, help='share of B, from 0 to 1; default 0.5'
    )
    return parser.parse_args(argv)


def mix(before: dict[str, Tensor], after: dict[str, Tensor], share: float) -> dict[str, Tensor]:
    """Average two state dicts of one network.

    Args:
        before: One.
        after: The other one, of the same names and shapes.
        share: Of the other one, in [0, 1].

    Returns:
        The averages; what is no floating point is taken from ``after``.
    """
    return {
        name: torch.lerp(before[name], value, share) if value.is_floating_point() else value
        for name, value in after.items()
    }


def read_enhancer(config: Config, name: str, checkpoint: str) -> dict[str, Tensor]:
    """The weights of a config's enhancer in a checkpoint."""
    source = EnhancerSource(find_enhancer(config, 'CONFIG').config, checkpoint)
    return load_enhancer(source, name).state_dict()


def read_chain(config: Config, name: str, checkpoint: str) -> dict[str, Tensor]:
    """The weights of an EnhancedSegmentor in a checkpoint; of the rest those of the config.

    Raises:
        OSError: If the checkpoint cannot be read.
        ValueError: If it does not fit, or neither it nor the config has weights of a part.
    """
    model = dict(config.model, learn='nothing', objective=None)
    with DefaultScope.overwrite_default_scope(config.get('default_scope', 'mmseg')):
        chain = MODELS.build(model)
    try:
        load_checkpoint(chain, checkpoint, map_location='cpu')
        check_filled(chain)
    except (OSError, ValueError) as error:
        raise type(error)(f'{name}: {checkpoint!r}: {error}') from error
    return {key: value.clone() for key, value in chain.state_dict().items()}


def run(args: argparse.Namespace) -> None:
    """Do what the arguments say."""
    if not 0 <= args.share <= 1:
        raise UsageError(f'--share must be from 0 to 1, got {args.share}')
    if args.out.exists():
        raise UsageError(f'OUT: {str(args.out)!r} exists; delete it or choose another name')
    config = Config.fromfile(args.config)
    read = read_chain if 'segmentor' in config.get('model', {}) else read_enhancer
    before, after = (
        read(config, name, checkpoint)
        for name, checkpoint in (('A', args.before), ('B', args.after))
    )
    mixed = mix(before, after, args.share)
    if read is read_chain:
        # Classes and colours are kept beside the weights.
        meta = {**read_checkpoint(args.before, 'A')[1], **read_checkpoint(args.after, 'B')[1]}
        mixed = dict(meta=meta, state_dict=mixed)
    with atomic_path(args.out) as temporary:
        torch.save(mixed, temporary)
    print(f'{args.out}: {1 - args.share:g} of {args.before} and {args.share:g} of {args.after}')


if __name__ == '__main__':
    arguments = parse_args()
    sys.exit(run_command('mix_weights.py', lambda: run(arguments)))
