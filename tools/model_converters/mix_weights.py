"""Mix the weights of an enhancer before and after fine-tuning: mix_weights.py CONFIG A B OUT.

Wortsman et al., *Robust fine-tuning of zero-shot models*, CVPR 2022: between the weights that a
fine-tuning started from and those that it ended with lie some that keep most of both, and do better
than either on data of neither.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch
from torch import Tensor

from mmscllle.fileio import atomic_path
from mmscllle.models.enhancers import EnhancerSource, find_enhancer, load_enhancer
from mmscllle.utils.commands import UsageError, run_command


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description='Average the weights of an enhancer before and after fine-tuning.'
    )
    parser.add_argument('config', metavar='CONFIG', help='config of the fine-tuning')
    parser.add_argument('before', metavar='A', help='checkpoint that it started from')
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


def run(args: argparse.Namespace) -> None:
    """Do what the arguments say."""
    if not 0 <= args.share <= 1:
        raise UsageError(f'--share must be from 0 to 1, got {args.share}')
    if args.out.exists():
        raise UsageError(f'OUT: {str(args.out)!r} exists; delete it or choose another name')
    config = find_enhancer(args.config, 'CONFIG').config
    before, after = (
        load_enhancer(EnhancerSource(config, checkpoint), name).state_dict()
        for name, checkpoint in (('A', args.before), ('B', args.after))
    )
    with atomic_path(args.out) as temporary:
        torch.save(mix(before, after, args.share), temporary)
    print(f'{args.out}: {1 - args.share:g} of {args.before} and {args.share:g} of {args.after}')


if __name__ == '__main__':
    arguments = parse_args()
    sys.exit(run_command('mix_weights.py', lambda: run(arguments)))
