import os
import signal
import threading

import pytest

from mmscllle.utils.interrupts import MESSAGE, interrupts_between_steps


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_waits_for_the_end_of_the_step(number, capfd):
    done = []
    with pytest.raises(KeyboardInterrupt):
        with interrupts_between_steps() as check:
            check()
            os.kill(os.getpid(), number)
            done.append('the rest of the step')
            check()
            done.append('the next step')
    assert done == ['the rest of the step']
    assert capfd.readouterr().err == MESSAGE.decode()


def test_the_second_signal_stops_at_once():
    done = []
    with pytest.raises(KeyboardInterrupt):
        with interrupts_between_steps():
            os.kill(os.getpid(), signal.SIGTERM)
            done.append('still')
            os.kill(os.getpid(), signal.SIGINT)
            done.append('never')
    assert done == ['still']


def test_the_handlers_are_restored():
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with interrupts_between_steps():
        assert signal.getsignal(signal.SIGINT) is not before[0]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_other_threads_have_no_signals_to_wait_for():
    found = []

    def work() -> None:
        with interrupts_between_steps() as check:
            check()
            found.append(signal.getsignal(signal.SIGINT))

    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [before]
