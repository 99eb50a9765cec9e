"""Give each draw of a training run a number of its own."""

from __future__ import annotations

from collections.abc import Iterator

from mmengine.dataset import InfiniteSampler

from mmscllle.registry import DATA_SAMPLERS

# Passes of one seed stay below this, so no draw has the same number under two seeds.
PASSES_PER_SEED = 2**32


@DATA_SAMPLERS.register_module()
class NumberedSampler(InfiniteSampler):
    """An infinite sampler whose items tell the pass as well as the index.

    It yields ``pass_number * len(dataset) + index``; pass numbers are positive, grow by one each
    time the data set has been seen, and start elsewhere for each seed.  A data set seeds its
    random choices with that number (see :class:`UnpairedLowLightDataset`): they are then the same
    for any number of workers and processes and after a resume, and differ from pass to pass.
    """

    def _infinite_indices(self) -> Iterator[int]:
        first_pass = (self.seed + 1) * PASSES_PER_SEED
        for position, index in enumerate(super()._infinite_indices()):
            yield (first_pass + position // self.size) * self.size + index
