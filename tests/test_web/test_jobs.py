from __future__ import annotations

import threading

import pytest
import torch

from mmscllle.web.jobs import REPLACED, STOPPED, TOO_LONG, Job, JobEndedError, running


def test_a_job_goes_on_until_it_is_told_to_end():
    job = Job(60)
    job.check()
    job.end(REPLACED)
    job.end(STOPPED)
    with pytest.raises(JobEndedError) as caught:
        job.check()
    assert caught.value.why == REPLACED


def test_a_job_ends_when_its_time_is_over():
    with pytest.raises(JobEndedError) as caught:
        Job(-1).check()
    assert caught.value.why == TOO_LONG


def test_a_waiting_job_is_woken():
    job = Job(60)
    threading.Timer(0.05, job.end, [STOPPED]).start()
    with pytest.raises(JobEndedError, match=STOPPED):
        job.wait(30)


def test_a_network_ends_between_layers_in_the_jobs_own_thread_alone():
    job, calls = Job(60), []

    class Last(torch.nn.Module):
        def forward(self, value):
            calls.append(value)
            return value

    class First(torch.nn.Module):
        def forward(self, value):
            job.end(STOPPED)
            return value

    network = torch.nn.Sequential(First(), Last())
    with running(job), pytest.raises(JobEndedError):
        network(torch.zeros(1))
    assert calls == []
    other = threading.Thread(target=network, args=[torch.zeros(1)])
    with running(job):
        other.start()
        other.join()
    network(torch.zeros(1))
    assert len(calls) == 2
